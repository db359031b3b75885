"""Time our training loops beside the tutorials' own, on the same networks.

    python -m benchmarks.loops [--task gan|image|house|forecast|sentiment] [--turns 5]

For the GAN: steps a second of ``training.gan``, and of the loop that the tutorials use: ``generator.predict``
inside and three calls of ``train_on_batch``, in float32. For the images: pictures a second of ``training.image``,
and of the plain float32 ``fit``. For the houses, series and texts: those a second of ours, and of a plain ``fit`` of
the same network (``benchmarks.house_loop``, ``forecast_loop`` and ``sentiment_loop`` say what that is). Ours computes
in bfloat16 where the hardware has it, and does all that it does in training. Both loops take turns in this one run,
on made data.
"""

import argparse
import os
import platform
from collections.abc import Callable
from functools import partial
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np

from benchmarks.forecast_loop import race_of_series
from benchmarks.house_loop import race_of_houses
from benchmarks.race import OURS, PLAIN, TUTORIALS, Race, report, run_race
from benchmarks.sentiment_loop import race_of_texts
from models import gan, image
from models.networks.gan import NETWORKS as PAIRS
from models.networks.image import NETWORKS as IMAGE_NETWORKS
from training import image_learning
from training.gan import SETTINGS as PAIR_SETTINGS
from training.gan_epochs import build_duel, inputs_asked, precision, teach_epoch
from training.image import SETTINGS as IMAGE_SETTINGS
from training.image_batches import Batches
from training.splits import Split

TUTORIAL_BATCH = 32  # of the tutorials' GAN
TUTORIAL_RATE, TUTORIAL_BETA = 2e-4, 0.5


class TutorialLoop:
    """A pair taught as the tutorials do: ``predict`` and ``train_on_batch``.

    Source: Linder-Norén (2018), https://github.com/eriklindernoren/Keras-GAN. There the discriminator is
    compiled, then frozen for the combined model; Keras 3 would freeze it for both. It goes on learning here,
    because its training step is traced before.
    """

    def __init__(self, network: str, data: Split, batch_size: int):
        self.network, self.batch_size = network, batch_size
        self.images, self.digits = gan.to_images(data.train_images[..., 0]), data.train_labels
        self.generator, self.discriminator = (PAIRS[network]()[part] for part in ("generator", "discriminator"))
        self._compile(self.discriminator)
        self._teach_discriminator(*self._draw(), 1.0)
        self.discriminator.trainable = False
        self.combined = self._combine()
        self._compile(self.combined)

    def _compile(self, model: keras.Model) -> None:
        model.compile(
            keras.optimizers.Adam(TUTORIAL_RATE, TUTORIAL_BETA),
            keras.losses.BinaryCrossentropy(from_logits=True),
            metrics=["accuracy"],
        )

    def _combine(self) -> keras.Model:
        inputs = [keras.Input(tensor.shape[1:]) for tensor in self.generator.inputs]
        made = self.generator(_alone_or_all(inputs))
        return keras.Model(inputs, self.discriminator(_alone_or_all([made, *inputs[1:]])))

    def _draw(self) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
        rows = np.random.randint(0, len(self.images), self.batch_size)
        return self.images[rows], inputs_asked(self.network, self.digits[rows])

    def _teach_discriminator(self, images: np.ndarray, asked: tuple[np.ndarray, ...], target: float) -> Any:
        return self.discriminator.train_on_batch(
            _alone_or_all([images, *asked]), np.full((len(images), 1), target, np.float32)
        )

    def step(self) -> None:
        """Teach both networks once."""
        images, asked = self._draw()
        noise = np.random.normal(0, 1, (self.batch_size, gan.LATENT_SIZE))
        made = self.generator.predict(_alone_or_all([noise, *asked]), verbose=0)
        self._teach_discriminator(images, asked, 1.0)
        self._teach_discriminator(made, asked, 0.0)
        noise = np.random.normal(0, 1, (self.batch_size, gan.LATENT_SIZE))
        self.combined.train_on_batch(_alone_or_all([noise, *asked]), np.ones((self.batch_size, 1)))


def _alone_or_all(inputs: list[Any]) -> Any:
    return inputs if len(inputs) > 1 else inputs[0]


def made_digits(count: int) -> Split:
    """Return training digits of random pixels: float32 [count, 28, 28, 1] in 0..255; the other parts are empty."""
    random = np.random.default_rng(1)
    images = random.integers(0, 256, (count, gan.SIDE, gan.SIDE, 1)).astype(np.float32)
    return Split(images, random.integers(0, len(gan.DIGITS), count), *[np.empty(0)] * 4)


def race_of_pairs(network: str, batch_size: int, steps: int) -> Race:
    """Return ``steps`` steps of our loop, and of the tutorials', with a pair and a batch size."""
    data = made_digits(steps * batch_size)
    settings = PAIR_SETTINGS[network]._replace(batch_size=batch_size)
    duel = build_duel(network, settings, len(data.train_images), precision())
    tutorial = TutorialLoop(network, data, batch_size)

    def go_the_tutorials_way() -> None:
        for _step in range(steps):
            tutorial.step()

    ways = {OURS: partial(teach_epoch, network, data, duel, batch_size, (1, 0)), TUTORIALS: go_the_tutorials_way}
    return Race(f"gan-{network}, batch {batch_size}", "steps", steps, ways)


def race_of_pictures(network: str, steps: int, batch_size: int | None = None) -> Race:
    """Return ``steps`` batches of ``training.image`` for a network, and of the plain float32 ``fit``."""
    settings = IMAGE_SETTINGS[network]
    settings = settings._replace(batch_size=batch_size or settings.batch_size)
    count = steps * settings.batch_size
    random = np.random.default_rng(1)
    images = random.integers(0, 256, (count, image.SIDE, image.SIDE, 3)).astype(np.uint8)
    labels = random.integers(0, len(image.LABELS), count)
    data = Split(images, labels, *[np.empty(0)] * 4)
    build = IMAGE_NETWORKS[network]
    ours = image_learning.learner(build, data, settings)
    keras.config.set_dtype_policy("float32")
    plain = image_learning.without_mirror(build)()
    plain.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    batches = Batches(images, labels, settings.batch_size, settings.shift, seed=1)
    ways = {
        OURS: partial(ours.fit, batches, verbose=0),
        PLAIN: partial(plain.fit, images.astype(np.float32), labels, batch_size=settings.batch_size, verbose=0),
    }
    return Race(f"image-{network}, batch {settings.batch_size}", "pictures", count, ways)


def races_of(task: str) -> list[Callable[[], Race]]:
    """Return what makes the races of a task, one by one, so that only one pair of loops is in memory."""
    if task in RACES:
        return [RACES[task]]
    sizes = {network: sorted({TUTORIAL_BATCH, settings.batch_size}) for network, settings in PAIR_SETTINGS.items()}
    return [partial(race_of_pairs, network, size, 10) for network in sizes for size in sizes[network]]


# The tasks with one race each.
RACES: dict[str, Callable[[], Race]] = {
    "image": partial(race_of_pictures, "resnet", 2),
    "house": partial(race_of_houses, 20),
    "forecast": partial(race_of_series, 2),
    "sentiment": partial(race_of_texts, 50),
}
TASKS = ("gan", *RACES)


def main() -> int:
    """Print a line for each race."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--task", choices=TASKS, help="only the loops of this task")
    parser.add_argument("--turns", type=int, default=5, help="turns of each loop (default: %(default)s)")
    flags = parser.parse_args()
    print(f"{os.cpu_count()} cores ({platform.machine()}), median of {flags.turns} turns")
    for task in [flags.task] if flags.task else TASKS:
        for build in races_of(task):
            race = build()
            print(report(race, run_race(race, flags.turns)), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

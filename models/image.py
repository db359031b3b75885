"""What the image task takes and gives: a picture of one thing in, ten probabilities out.

The networks know CIFAR-10's ten things (Krizhevsky 2009, "Learning Multiple Layers of Features from Tiny
Images", https://www.cs.toronto.edu/~kriz/cifar.html) at its size: a square of a picture, averaged down to
32x32 pixels.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from PIL import Image

from models import runtime, store
from models.depth import eight_bits

TASK = "image"
LABELS = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
NETWORKS = ("resnet", "vgg", "cnn", "lenet")
DEFAULT_NETWORK = "resnet"

SIDE = 32
# Below this probability no answer is given as certain; resnet is right on 95.0 % of the validation images above it.
SURE = 0.6

# Exponent of ``familiarity``, as its authors chose it.
FAMILIARITY_EXPONENT = 0.1

# Side of the patches that hide a part, and the distance between them, in pixels.
PATCH = 8
PATCH_STEP = 3
# A drop of the probability smaller than this everywhere shows nothing but rounding.
LEAST_DROP = 1e-4

# A larger picture is first reduced by whole pixels to at least this many times the side, to bound the work.
REDUCING_GAP = 8


class Crop(NamedTuple):
    """A square part of a picture, in fractions 0..1.

    left, top: of its upper left corner, as part of the picture's width and height.
    side: its length, as part of the picture's shorter side.
    """

    left: float
    top: float
    side: float


@dataclass(frozen=True)
class Reading:
    """One network's reading of one picture.

    probabilities: label -> probability 0..1, summing to 1, in the order of ``labels_of`` the network.
    milliseconds: time in the network alone, without preprocessing and the queue.
    folder: the model's folder that answered, with all its facts.
    """

    probabilities: dict[str, float]
    milliseconds: float
    folder: store.Folder

    @property
    def label(self) -> str:
        return max(self.probabilities, key=self.probabilities.get)

    @property
    def is_sure(self) -> bool:
        return self.probabilities[self.label] >= SURE

    @property
    def is_known(self) -> bool:
        """Whether the picture looks like one of the ten; always, where the folder states no threshold."""
        least = self.folder.metrics.get("refuses_below")
        return least is None or bool(familiarity(np.array([*self.probabilities.values()])) >= least)


def networks() -> tuple[str, ...]:
    """Return the names of our networks, then of those that were added."""
    return (*NETWORKS, *runtime.added(TASK))


def labels_of(network: str) -> tuple[str, ...]:
    """Return what a network can answer: ``LABELS``, or an added network's own."""
    folder = runtime.added(TASK).get(network)
    return tuple(folder.metrics["labels"]) if folder else LABELS


def familiarity(probabilities: np.ndarray) -> np.ndarray:
    """Return how much pictures look like the ten things, from the probabilities float [..., 10] alone.

    It is the negative generalised entropy, float [...] at most 0: highest where one class has it all, lowest
    where all are alike; that the unlikely classes are very unlikely counts too.

    Source: Liu, Lochman, Zach (2023), "GEN: Pushing the Limits of Softmax-Based Out-of-Distribution Detection",
    https://openaccess.thecvf.com/content/CVPR2023/html/Liu_GEN_Pushing_the_Limits_of_Softmax-Based_Out-of-Distribution_Detection_CVPR_2023_paper.html.
    """
    probabilities = np.clip(np.asarray(probabilities, np.float64), 0, 1)
    return -np.sum((probabilities * (1 - probabilities)) ** FAMILIARITY_EXPONENT, axis=-1)


def default_crop(size: tuple[int, int]) -> Crop:
    """Return the largest square in the middle of a picture of this width and height."""
    width, height = size
    side = min(width, height)
    return Crop((width - side) / 2 / width, (height - side) / 2 / height, 1.0)


def preprocess(image: Image.Image, crop: Crop | None = None) -> np.ndarray:
    """Turn a square part of any picture into the 32x32 pixels that the networks see.

    Each pixel is the mean of the area it covers; a smaller part is enlarged smoothly.

    Args:
        image: a PIL image of any mode; transparency counts as white, 16 bits are scaled to 8.
        crop: which part; the middle where it is left out. A part that sticks out is moved inside.

    Returns:
        uint8 [32, 32, 3], red, green and blue.

    Raises:
        ValueError: the crop is not made of fractions 0..1, or has no size.
    """
    return cut(image, crop or default_crop(image.size), SIDE)


def cut(image: Image.Image, crop: Crop, side: int) -> np.ndarray:
    """Return a square part of any picture at another size: uint8 [side, side, 3].

    Raises:
        ValueError: the crop is not made of fractions 0..1, or has no size.
    """
    left, top, length = _square(image.size, crop)
    outer = (int(left), int(top), int(np.ceil(left + length)), int(np.ceil(top + length)))
    part = on_white(image.crop(outer))
    left, top = left - outer[0], top - outer[1]
    if length < side:
        box = (left, top, left + length, top + length)
        return np.asarray(part.resize((side, side), Image.Resampling.BICUBIC, box=box))
    factor = max(1, int(length / (side * REDUCING_GAP)))
    values = np.asarray(part.reduce(factor), np.float32)
    rows = _area_weights(values.shape[0], top / factor, length / factor, side)
    columns = _area_weights(values.shape[1], left / factor, length / factor, side)
    means = np.einsum("ih,hwc,jw->ijc", rows, values, columns, optimize=True)
    return np.uint8(np.rint(means))


def _area_weights(count: int, start: float, length: float, parts: int) -> np.ndarray:
    """Return float32 [parts, count]: how each source pixel counts in each of the equal parts of a stretch.

    Pillow's box filter takes pixels whole or not at all, which makes fine patterns uneven.
    """
    edges = start + length * np.arange(parts + 1)[:, np.newaxis] / parts
    pixels = np.arange(count)
    shares = np.minimum(edges[1:], pixels + 1) - np.maximum(edges[:-1], pixels)
    shares = np.maximum(shares, 0)
    return (shares / shares.sum(axis=1, keepdims=True)).astype(np.float32)


def _square(size: tuple[int, int], crop: Crop) -> tuple[float, float, float]:
    """Return left, top and side of the crop in pixels, moved inside the picture.

    Raises:
        ValueError: the crop is not made of fractions 0..1, or has no size.
    """
    if not (0 <= crop.left <= 1 and 0 <= crop.top <= 1 and 0 < crop.side <= 1):
        raise ValueError(f"left, top and side must be fractions 0..1, side above 0. Received: {crop}")
    width, height = size
    side = max(1.0, crop.side * min(width, height))
    return min(crop.left * width, width - side), min(crop.top * height, height - side), side


def on_white(image: Image.Image) -> Image.Image:
    """Return the picture in RGB, what is transparent laid on white."""
    if image.mode.startswith("I") or image.mode == "F":
        image = eight_bits(image)
    if image.mode == "RGB" and "transparency" not in image.info:
        return image
    rgba = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("RGB")


def predict(pixels: np.ndarray, network: str) -> Reading:
    """Let one network name what ``preprocess`` made (uint8 [32, 32, 3]).

    Raises:
        ValueError: the network is not one of ``networks()``.
        runtime.NotReady, runtime.Busy, runtime.Unavailable: no answer can be given now.
    """
    _require_network(network)
    answer = runtime.call(TASK, network, pixels.astype(np.float32)[np.newaxis])
    probabilities = dict(zip(labels_of(network), map(float, answer.output[0]), strict=True))
    return Reading(probabilities, answer.milliseconds, answer.folder)


def read(image: Image.Image, network: str, crop: Crop | None = None) -> Reading:
    """Let one network name what a square part of any picture shows; see ``preprocess`` and ``predict``."""
    return predict(preprocess(image, crop), network)


def heat(pixels: np.ndarray, network: str, label: str) -> np.ndarray:
    """Show which part of the picture decided, by hiding one patch after another.

    A patch is hidden under the picture's mean colour. What the label's probability loses by that is
    credited to the pixels of the patch, averaged over the patches that cover a pixel; a patch counts most at
    its centre, so that the map has no seams.

    Args:
        pixels: uint8 [32, 32, 3].
        network: one of ``networks()``.
        label: one of ``labels_of(network)``.

    Returns:
        float32 [32, 32] in -1..1: above 0 what speaks for the label, below 0 what speaks against it. The
        strongest part is at 1 or -1; all is 0 where no patch matters.

    Raises:
        ValueError: unknown network or label.
        runtime.NotReady, runtime.Busy, runtime.Unavailable: no answer can be given now.

    Source: Zeiler and Fergus (2014), "Visualizing and Understanding Convolutional Networks",
    https://arxiv.org/abs/1311.2901.
    """
    _require_network(network)
    labels = labels_of(network)
    if label not in labels:
        raise ValueError(f"label must be one of {', '.join(labels)}. Received: {label!r}")
    masks = patch_masks()
    picture = pixels.astype(np.float32)
    hidden = np.where(masks[..., np.newaxis], picture.mean(axis=(0, 1)), picture)  # [patches, 32, 32, 3]
    answer = runtime.call(TASK, network, np.concatenate([picture[np.newaxis], hidden]))
    probability = answer.output[:, labels.index(label)]
    drops = probability[0] - probability[1:]
    weights = patch_weights(masks)
    credit = np.tensordot(drops, weights, axes=1) / weights.sum(axis=0)
    strongest = np.abs(credit).max()
    if strongest < LEAST_DROP:
        return np.zeros((SIDE, SIDE), np.float32)
    return (credit / strongest).astype(np.float32)


def patch_masks() -> np.ndarray:
    """Return bool [patches, 32, 32]: for each patch that is hidden, which pixels it covers."""
    starts = range(0, SIDE - PATCH + 1, PATCH_STEP)
    masks = np.zeros((len(starts) ** 2, SIDE, SIDE), bool)
    for mask, (top, left) in zip(masks, ((top, left) for top in starts for left in starts), strict=True):
        mask[top : top + PATCH, left : left + PATCH] = True
    return masks


def patch_weights(masks: np.ndarray) -> np.ndarray:
    """Return float64 [patches, 32, 32]: how much each patch counts at each pixel, most at its centre."""
    ramp = np.minimum(np.arange(1, PATCH + 1), np.arange(PATCH, 0, -1))
    weights = np.zeros(masks.shape)
    weights[masks] = np.tile(np.outer(ramp, ramp).ravel(), len(masks))
    return weights


def _require_network(network: str) -> None:
    if network not in networks():
        raise ValueError(f"network must be one of {', '.join(networks())}. Received: {network!r}")

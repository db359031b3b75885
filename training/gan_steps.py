"""The gradient steps of a generator and a discriminator that learn against each other, for TensorFlow.

All else in training is neutral Keras; a step for another backend stands beside this one when it is needed.
One compiled step teaches both: the tutorials' loop of ``train_on_batch`` with ``trainable = False`` freezes
the discriminator in Keras 3, so that it never learns.
"""

from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
import tensorflow as tf


@dataclass
class Duel:
    """A generator and a discriminator with their optimisers.

    generator, average, discriminator: as models.networks.gan builds them. ``average`` is a generator of its own,
        whose weights follow the trained one's; it is the one that is shown, measured and kept.
    learning_rate, beta_1: of both Adam optimisers.
    average_decay: share of the average kept at each step; 0 copies the generator.
    r1_weight, r1_interval: weight of the gradient penalty on real images, and how many steps lie between two;
        weight 0 leaves it out. Source: Mescheder, Geiger, Nowozin (2018), https://arxiv.org/abs/1801.04406;
        done now and then, as by Karras et al. (2020), https://arxiv.org/abs/1912.04958.
    decay_from, last_step: after which share of all ``last_step`` steps the rates begin to fall, along a line
        that would reach 0 with the step after the last; share 1 leaves them as they are.
    """

    generator: keras.Model
    average: keras.Model
    discriminator: keras.Model
    learning_rate: float
    beta_1: float
    average_decay: float
    r1_weight: float
    r1_interval: int
    decay_from: float
    last_step: int
    generator_optimizer: keras.Optimizer = field(init=False)
    discriminator_optimizer: keras.Optimizer = field(init=False)

    def __post_init__(self) -> None:
        self.average.set_weights(self.generator.get_weights())
        self.generator_optimizer = keras.optimizers.Adam(self.learning_rate, self.beta_1)
        self.discriminator_optimizer = keras.optimizers.Adam(self.learning_rate, self.beta_1)
        self.generator_optimizer.build(self.generator.trainable_variables)
        self.discriminator_optimizer.build(self.discriminator.trainable_variables)
        self._step = tf.function(self._step, reduce_retracing=True)
        self._penalise = tf.function(self._penalise, reduce_retracing=True)
        self._settle = tf.function(self._settle, reduce_retracing=True)

    @property
    def steps(self) -> int:
        """How many steps were done, earlier runs counted in."""
        return int(self.generator_optimizer.iterations.numpy())

    @property
    def variables(self) -> list[keras.Variable]:
        """All that a later run needs to go on, always in the same order."""
        owners = (self.generator, self.average, self.discriminator, self.generator_optimizer)
        return [variable for owner in (*owners, self.discriminator_optimizer) for variable in owner.variables]

    def step(self, images: np.ndarray, latents: np.ndarray, asked: tuple[np.ndarray, ...]) -> tuple[Any, Any]:
        """Teach both once; return the discriminator's loss and the generator's, as tensors.

        Args:
            images: real ones, float32 [batch, 28, 28, 1], -1..1.
            latents: float32 [batch, 100].
            asked: for a conditional pair the digits of the real images, one-hot float32 [batch, 10], which
                are asked for in the made ones too; else empty.
        """
        done = self.steps
        self._set_rates(done)
        if self.r1_weight and done % self.r1_interval == 0:
            self._penalise(images, asked)
        keep = min(self.average_decay, (1 + done) / (10 + done))
        return self._step(images, latents, asked, tf.constant(keep, tf.float32))

    def rate_after(self, steps: int) -> float:
        """Return the rate of both optimisers after so many steps."""
        left = self.last_step - steps
        falling = (1 - self.decay_from) * self.last_step
        return self.learning_rate * max(0.0, left / falling) if left < falling else self.learning_rate

    def _set_rates(self, steps: int) -> None:
        if self.decay_from < 1:
            for optimizer in (self.generator_optimizer, self.discriminator_optimizer):
                optimizer.learning_rate = self.rate_after(steps)

    def settle(self, batches: list[tuple[np.ndarray, ...]]) -> None:
        """Let the average's batch normalisation measure its own maps, on inputs like those of training.

        Source: "standing statistics" of Brock, Donahue, Simonyan (2019), https://arxiv.org/abs/1809.11096.
        """
        if self.average.non_trainable_variables:
            for inputs in batches:
                self._settle(inputs)

    def _step(self, images: Any, latents: Any, asked: Any, keep: Any) -> tuple[Any, Any]:
        with tf.GradientTape(persistent=True) as tape:
            made = self.generator(_inputs(latents, asked), training=True)
            logits_made = self.discriminator(_inputs(made, asked), training=True)
            logits_real = self.discriminator(_inputs(images, asked), training=True)
            discriminator_loss = _loss(logits_real, True) + _loss(logits_made, False)
            generator_loss = _loss(logits_made, True)
        for model, optimizer, loss in (
            (self.discriminator, self.discriminator_optimizer, discriminator_loss),
            (self.generator, self.generator_optimizer, generator_loss),
        ):
            optimizer.apply_gradients(
                zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables, strict=True)
            )
        for mean, now in zip(self.average.trainable_variables, self.generator.trainable_variables, strict=True):
            mean.assign(keep * mean + (1 - keep) * now)
        return discriminator_loss / 2, generator_loss

    def _penalise(self, images: Any, asked: Any) -> None:
        """Make the discriminator flat around real images: half the squared gradient of its logit."""
        variables = self.discriminator.trainable_variables
        with tf.GradientTape() as outer:
            with tf.GradientTape() as inner:
                inner.watch(images)
                logits = tf.reduce_sum(self.discriminator(_inputs(images, asked), training=True))
            slope = tf.reduce_sum(tf.square(inner.gradient(logits, images)), axis=(1, 2, 3))
            penalty = self.r1_weight / 2 * self.r1_interval * tf.reduce_mean(slope)
        slopes = [variable.value for variable in variables]  # the last bias has no part in it
        gradients = outer.gradient(penalty, slopes, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        self.discriminator_optimizer.apply_gradients(zip(gradients, variables, strict=True))

    def _settle(self, inputs: Any) -> None:
        self.average(_inputs(inputs[0], inputs[1:]), training=True)


def _inputs(first: Any, asked: Any) -> Any:
    """The inputs of a network: the first alone, or with the asked digits."""
    return [first, *asked] if asked else first


def _loss(logits: Any, is_real: bool) -> Any:
    """Mean binary cross-entropy of logits that should all say real, or all say made."""
    target = tf.fill(tf.shape(logits), float(is_real))
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(target, logits))

"""Keras' Muon for convolutions too."""

from typing import Any

import keras
from keras import ops

MOMENTUM = 0.6
NEWTON_SCHULZ_STEPS = 3
# What is no convolution, such as biases and the last layer, learns by Adam at this part of the rate.
ADAM_SHARE = 0.05
ADAM_BETAS = (0.85, 0.99)


@keras.saving.register_keras_serializable(package="training.muon")
class ConvolutionMuon(keras.optimizers.Muon):
    """Muon that moves each convolution kernel by an orthogonal matrix; everything else learns by Adam.

    A kernel [height, width, in, out] is taken as the matrix [height * width * in, out]. Kernels are meant to
    have filters of length one (``keras.constraints.UnitNorm``), so that the rate is the relative step.

    Source: Jordan (2024), "Muon: An optimizer for hidden layers in neural networks",
    https://kellerjordan.github.io/posts/muon/, with the settings of the author's CIFAR-10 speed run.
    """

    def __init__(self, learning_rate: Any = 0.24, **kwargs: Any):
        super().__init__(
            **{
                "learning_rate": learning_rate,
                "momentum": MOMENTUM,
                "ns_steps": NEWTON_SCHULZ_STEPS,
                "rms_rate": None,
                "adam_lr_ratio": ADAM_SHARE,
                "adam_beta_1": ADAM_BETAS[0],
                "adam_beta_2": ADAM_BETAS[1],
                "weight_decay": None,
                "adam_weight_decay": None,
            }
            | kwargs
        )

    def _should_use_adamw(self, variable: Any) -> bool:
        return len(variable.shape) != 4

    def zeropower_via_newtonschulz5(self, x: Any, steps: int) -> Any:
        """The nearest orthogonal matrix to a kernel [height, width, in, out], nearly, in its shape."""
        matrix = ops.reshape(x, (-1, x.shape[-1]))
        return ops.reshape(super().zeropower_via_newtonschulz5(matrix, steps), x.shape)

"""The networks that read a handwritten digit.

Every builder returns an uncompiled ``keras.Model``:
    input   float32 [batch, 28, 28, 1], pixel values 0..255, white ink on black
    output  float32 [batch, 10], probabilities of the digits 0..9
"""

import keras
from keras import layers

INPUT_SHAPE = (28, 28, 1)
CLASSES = 10

# Mean and standard deviation of the pixels of MNIST's 60,000 training images, on the scale 0..255.
PIXEL_MEAN = 33.3184
PIXEL_STD = 78.5675


def build_mlp() -> keras.Model:
    """Two hidden layers of 64 units on standardised pixels: the tutorials' first dense network.

    784-64-64-10 with ReLU, 55,050 parameters. Standardising subtracts one mean and divides by one
    standard deviation for all pixels.
    """
    return keras.Sequential(
        [
            layers.Input(INPUT_SHAPE),
            layers.Rescaling(1 / PIXEL_STD, offset=-PIXEL_MEAN / PIXEL_STD, name="standardise"),
            layers.Flatten(name="flatten"),
            layers.Dense(64, activation="relu", name="hidden_1"),
            layers.Dense(64, activation="relu", name="hidden_2"),
            layers.Dense(CLASSES, activation="softmax", dtype="float32", name="probabilities"),
        ],
        name="mlp",
    )


def build_lenet() -> keras.Model:
    """LeNet-5 as tutorials build it: tanh, average pooling, softmax; 61,706 parameters.

    Source: LeCun, Bottou, Bengio, Haffner (1998), "Gradient-Based Learning Applied to Document
    Recognition", https://doi.org/10.1109/5.726791. Like the tutorials, and unlike the paper, the
    second convolution sees all six maps, the pools have no weights, and the output is a softmax.
    """
    return keras.Sequential(
        [
            layers.Input(INPUT_SHAPE),
            layers.Rescaling(1 / 255, name="rescale"),
            layers.Conv2D(6, 5, padding="same", activation="tanh", name="conv_1"),  # 28x28x6
            layers.AveragePooling2D(2, name="pool_1"),  # 14x14x6
            layers.Conv2D(16, 5, activation="tanh", name="conv_2"),  # 10x10x16
            layers.AveragePooling2D(2, name="pool_2"),  # 5x5x16
            layers.Flatten(name="flatten"),
            layers.Dense(120, activation="tanh", name="hidden_1"),
            layers.Dense(84, activation="tanh", name="hidden_2"),
            layers.Dense(CLASSES, activation="softmax", dtype="float32", name="probabilities"),
        ],
        name="lenet",
    )


def build_convnet() -> keras.Model:
    """A 5x5 convolution and four of 3x3 with batch normalisation, in three widths; ours, 628,170 parameters.

    A first convolution without padding follows An, Lee, Park, Yang, So (2020), https://arxiv.org/abs/2008.10400;
    pairs of small ones Simonyan and Zisserman (2014), https://arxiv.org/abs/1409.1556; batch normalisation
    Ioffe and Szegedy (2015), https://arxiv.org/abs/1502.03167.
    """
    return keras.Sequential(
        [
            layers.Input(INPUT_SHAPE),
            layers.Rescaling(1 / 255, name="rescale"),
            *_convolution("1", 32, 5, "valid"),  # 24x24x32
            layers.MaxPooling2D(name="pool_1"),
            *_convolution("2a", 96, 3, "same"),  # 12x12x96
            *_convolution("2b", 96, 3, "same"),
            layers.MaxPooling2D(name="pool_2"),
            *_convolution("3a", 192, 3, "same"),  # 6x6x192
            *_convolution("3b", 192, 3, "same"),
            layers.MaxPooling2D(name="pool_3"),  # 3x3x192
            layers.Flatten(name="flatten"),
            layers.Dropout(0.3, name="dropout"),
            layers.Dense(CLASSES, activation="softmax", dtype="float32", name="probabilities"),
        ],
        name="convnet",
    )


def _convolution(name: str, width: int, size: int, padding: str) -> list[keras.Layer]:
    """Convolution, batch normalisation, ReLU; every filter has the length one, which is undone anyway."""
    return [
        layers.Conv2D(
            width,
            size,
            padding=padding,
            use_bias=False,
            kernel_constraint=keras.constraints.UnitNorm(axis=[0, 1, 2]),
            name=f"conv_{name}",
        ),
        layers.BatchNormalization(scale=False, momentum=0.9, name=f"normalise_{name}"),
        layers.ReLU(name=f"relu_{name}"),
    ]


NETWORKS = {"mlp": build_mlp, "lenet": build_lenet, "convnet": build_convnet}

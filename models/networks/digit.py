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
    """Six 3x3 convolutions with batch normalisation, in three widths; ours, 299,306 parameters.

    Pairs of small convolutions follow Simonyan and Zisserman (2014), https://arxiv.org/abs/1409.1556;
    batch normalisation follows Ioffe and Szegedy (2015), https://arxiv.org/abs/1502.03167.
    """
    blocks = [layer for block, width in enumerate((32, 64, 128), start=1) for layer in _convolution_block(block, width)]
    return keras.Sequential(
        [
            layers.Input(INPUT_SHAPE),
            layers.Rescaling(1 / 255, name="rescale"),
            *blocks,  # 28x28 -> 14x14x32 -> 7x7x64 -> 3x3x128
            layers.Flatten(name="flatten"),
            layers.Dropout(0.3, name="dropout"),
            layers.Dense(CLASSES, activation="softmax", dtype="float32", name="probabilities"),
        ],
        name="convnet",
    )


def _convolution_block(block: int, width: int) -> list[keras.Layer]:
    """Twice convolution, batch normalisation, ReLU; then a pool that halves height and width."""
    stack = []
    for position in ("a", "b"):
        name = f"{block}{position}"
        stack += [
            layers.Conv2D(width, 3, padding="same", use_bias=False, name=f"conv_{name}"),
            layers.BatchNormalization(name=f"normalise_{name}"),
            layers.ReLU(name=f"relu_{name}"),
        ]
    return [*stack, layers.MaxPooling2D(name=f"pool_{block}")]


NETWORKS = {"mlp": build_mlp, "lenet": build_lenet, "convnet": build_convnet}

"""The networks that name what a small colour picture shows.

Every builder returns an uncompiled ``keras.Model``:
    input   float32 [batch, 32, 32, 3], red, green and blue 0..255
    output  float32 [batch, 10], probabilities of CIFAR-10's ten classes
"""

import keras
from keras import layers, ops

INPUT_SHAPE = (32, 32, 3)
CLASSES = 10

# Mean and standard deviation of all values of CIFAR-10's 50,000 training images, on the scale 0..255.
PIXEL_MEAN = 120.7076
PIXEL_STD = 64.1501

# Twelve directions of a whitened 2x2 patch of three colours, and the same negated.
WHITENED = 24
RESNET_WIDTHS = (128, 384, 384)
# Makes the first logits small, which a label-smoothed network needs to learn fast.
FEATURE_SCALE = 0.125


def build_cnn() -> keras.Model:
    """Three convolutions of 32, 64 and 64 maps and a dense layer; 122,570 parameters.

    Source: "Convolutional Neural Network (CNN)", TensorFlow Core tutorials,
    https://www.tensorflow.org/tutorials/images/cnn. As there, the last convolution, whose maps are 4x4
    already, is not pooled.
    """
    return keras.Sequential(
        [
            layers.Input(INPUT_SHAPE),
            layers.Rescaling(1 / 255, name="rescale"),
            layers.Conv2D(32, 3, activation="relu", name="conv_1"),  # 30x30x32
            layers.MaxPooling2D(name="pool_1"),  # 15x15x32
            layers.Conv2D(64, 3, activation="relu", name="conv_2"),  # 13x13x64
            layers.MaxPooling2D(name="pool_2"),  # 6x6x64
            layers.Conv2D(64, 3, activation="relu", name="conv_3"),  # 4x4x64
            layers.Flatten(name="flatten"),
            layers.Dense(64, activation="relu", name="hidden"),
            layers.Dense(CLASSES, activation="softmax", dtype="float32", name="probabilities"),
        ],
        name="cnn",
    )


def build_lenet() -> keras.Model:
    """LeNet-5 on three colours, as tutorials build it: tanh, average pooling, softmax; 62,006 parameters.

    Source: LeCun, Bottou, Bengio, Haffner (1998), "Gradient-Based Learning Applied to Document
    Recognition", https://doi.org/10.1109/5.726791. 32x32 is the size the paper drew its network for; like
    the tutorials, and unlike the paper, the second convolution sees all six maps, the pools have no
    weights, and the output is a softmax.
    """
    return keras.Sequential(
        [
            layers.Input(INPUT_SHAPE),
            layers.Rescaling(1 / 255, name="rescale"),
            layers.Conv2D(6, 5, activation="tanh", name="conv_1"),  # 28x28x6
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


def build_vgg() -> keras.Model:
    """Three pairs of 3x3 convolutions of 64, 128 and 256 maps, Dense 256; 2,196,810 parameters.

    Source: Simonyan and Zisserman (2014), "Very Deep Convolutional Networks for Large-Scale Image
    Recognition", https://arxiv.org/abs/1409.1556; as in the paper, without batch normalisation and with
    dropout around the dense layer. The tutorials' Dense 4096 would add 16 million parameters, 72 MB in
    all, for the same 4x4x256 features; 256 units keep the folder small.
    """
    blocks = [layer for block, width in enumerate((64, 128, 256), start=1) for layer in _vgg_block(block, width)]
    return keras.Sequential(
        [
            layers.Input(INPUT_SHAPE),
            _standardise(),
            *blocks,  # 16x16x64 -> 8x8x128 -> 4x4x256
            layers.Flatten(name="flatten"),
            layers.Dropout(0.3, name="dropout_1"),
            layers.Dense(256, activation="relu", kernel_initializer="he_normal", name="hidden"),
            layers.Dropout(0.3, name="dropout_2"),
            layers.Dense(CLASSES, activation="softmax", dtype="float32", name="probabilities"),
        ],
        name="vgg",
    )


def _vgg_block(block: int, width: int) -> list[keras.Layer]:
    """Twice convolution and ReLU; then a pool that halves height and width."""
    convolutions = [
        layers.Conv2D(
            width, 3, padding="same", activation="relu", kernel_initializer="he_normal", name=f"conv_{block}{position}"
        )
        for position in ("a", "b")
    ]
    return [*convolutions, layers.MaxPooling2D(name=f"pool_{block}")]


def build_resnet(mirror: bool = True) -> keras.Model:
    """Seven convolutions in three residual blocks over a whitening layer; ours, 4,608,298 parameters.

    Its answer is to the mean of the features of the picture and of its mirror image; ``mirror=False`` builds
    what learns, which sees the picture alone and has the same weights.

    Residual connections: He, Zhang, Ren, Sun (2015), https://arxiv.org/abs/1512.03385. Shape, widths and
    the frozen whitening layer, whose weights ``training.image`` computes from the training images: Jordan
    (2024), "94% on CIFAR-10 in 3.29 Seconds on a Single GPU", https://arxiv.org/abs/2404.00498, after
    Page (2018), "How to Train Your ResNet". Unlike there, ReLU for GELU, and an identity around each
    second convolution in place of weights that start as one.
    """
    image = keras.Input(INPUT_SHAPE)
    both = layers.Concatenate(axis=0, name="with_mirror")([image, ops.flip(image, axis=2)]) if mirror else image
    features = _standardise()(both)
    features = layers.Conv2D(WHITENED, 2, use_bias=False, trainable=False, name="whiten")(features)  # 31x31x24
    features = layers.ReLU(name="relu_0")(features)
    for block, width in enumerate(RESNET_WIDTHS, start=1):
        features = _residual_block(features, block, width)  # 15x15x128 -> 7x7x384 -> 3x3x384
    features = layers.GlobalMaxPooling2D(name="pool_4")(features)
    if mirror:
        features = ops.mean(ops.reshape(features, (2, -1, RESNET_WIDTHS[-1])), axis=0)
    features = layers.Rescaling(FEATURE_SCALE, name="scale")(features)
    probabilities = layers.Dense(CLASSES, activation="softmax", dtype="float32", name="probabilities")(features)
    return keras.Model(image, probabilities, name="resnet")


def _residual_block(features: keras.KerasTensor, block: int, width: int) -> keras.KerasTensor:
    """A convolution that changes width and halves the size; then one whose result is added to its input."""
    shrunk = _convolution(features, f"{block}a", width, pool=True)
    refined = _convolution(shrunk, f"{block}b", width, pool=False)
    return layers.Add(name=f"add_{block}")([shrunk, refined])


def _convolution(features: keras.KerasTensor, name: str, width: int, pool: bool) -> keras.KerasTensor:
    """Convolution, pool where asked, batch normalisation, ReLU.

    Every filter has the length one: the normalisation undoes any length, so that only its direction matters.
    """
    features = layers.Conv2D(
        width,
        3,
        padding="same",
        use_bias=False,
        kernel_constraint=keras.constraints.UnitNorm(axis=[0, 1, 2]),
        name=f"conv_{name}",
    )(features)
    if pool:
        features = layers.MaxPooling2D(name=f"pool_{name}")(features)
    features = layers.BatchNormalization(momentum=0.6, scale=False, name=f"normalise_{name}")(features)
    return layers.ReLU(name=f"relu_{name}")(features)


def _standardise() -> keras.Layer:
    """Subtract one mean and divide by one standard deviation for all values."""
    return layers.Rescaling(1 / PIXEL_STD, offset=-PIXEL_MEAN / PIXEL_STD, name="standardise")


NETWORKS = {"cnn": build_cnn, "lenet": build_lenet, "vgg": build_vgg, "resnet": build_resnet}

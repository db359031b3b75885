"""The pairs of networks that make handwritten digits out of noise.

Every builder returns two uncompiled ``keras.Model``, by part:
    "generator"      latent float32 [batch, 100], standard normal; a conditional one also takes the asked digit
                     float32 [batch, 10], one-hot. Gives float32 [batch, 28, 28, 1], -1 (black) to 1 (white ink).
    "discriminator"  image float32 [batch, 28, 28, 1], -1 to 1; a conditional one also takes the digit the image
                     should show. Gives a logit float32 [batch, 1]: above 0 it takes the image for a real one.

The two are trained against each other. Source: Goodfellow et al. (2014), "Generative Adversarial Nets",
https://arxiv.org/abs/1406.2661.
"""

import keras
from keras import layers

LATENT_SIZE = 100
CLASSES = 10
IMAGE_SHAPE = (28, 28, 1)
SLOPE = 0.2  # of LeakyReLU below zero


def build_mlp() -> dict[str, keras.Model]:
    """Return the tutorials' dense pair: 100-256-512-1024-784 against 784-1024-512-256-1, not conditional.

    The tutorial's listing leaves out the activations between the layers, which makes its generator one
    linear map; LeakyReLU stands between them here. 1,486,352 + 1,460,225 parameters.
    """
    generator = keras.Sequential(name="generator")
    generator.add(layers.Input((LATENT_SIZE,), name="latent"))
    for width in (256, 512, 1024):
        generator.add(layers.Dense(width, name=f"hidden_{width}"))
        generator.add(layers.LeakyReLU(SLOPE, name=f"leaky_{width}"))
    generator.add(layers.Dense(784, activation="tanh", dtype="float32", name="pixels"))
    generator.add(layers.Reshape(IMAGE_SHAPE, name="image"))

    discriminator = keras.Sequential(name="discriminator")
    discriminator.add(layers.Input(IMAGE_SHAPE, name="image"))
    discriminator.add(layers.Flatten(name="flatten"))
    for width in (1024, 512, 256):
        discriminator.add(layers.Dense(width, name=f"hidden_{width}"))
        discriminator.add(layers.LeakyReLU(SLOPE, name=f"leaky_{width}"))
    discriminator.add(layers.Dense(1, dtype="float32", name="logit"))
    return {"generator": generator, "discriminator": discriminator}


def build_dcgan() -> dict[str, keras.Model]:
    """Return a convolutional pair that is told the digit; ours.

    Strided convolutions, batch normalisation in the generator alone and LeakyReLU in the discriminator follow
    Radford, Metz, Chintala (2016), https://arxiv.org/abs/1511.06434. The generator gets the digit beside the
    latent (Mirza, Osindero 2014, https://arxiv.org/abs/1411.1784); the discriminator compares it with what it
    saw by an inner product (Miyato, Koyama 2018, https://arxiv.org/abs/1802.05637).
    """
    latent, asked = layers.Input((LATENT_SIZE,), name="latent"), layers.Input((CLASSES,), name="digit")
    x = layers.Concatenate(name="latent_and_digit")([latent, asked])
    x = layers.Reshape((7, 7, 96), name="map_7")(layers.Dense(7 * 7 * 96, use_bias=False, name="seed_map")(x))
    x = layers.ReLU(name="relu_7")(layers.BatchNormalization(momentum=0.9, name="normalise_7")(x))
    for side, width in ((14, 48), (28, 24)):
        x = layers.Conv2DTranspose(width, 4, 2, padding="same", use_bias=False, name=f"grow_{side}")(x)
        x = layers.ReLU(name=f"relu_{side}")(layers.BatchNormalization(momentum=0.9, name=f"normalise_{side}")(x))
    made = layers.Conv2D(1, 3, padding="same", activation="tanh", dtype="float32", name="image")(x)
    generator = keras.Model([latent, asked], made, name="generator")

    image, claimed = layers.Input(IMAGE_SHAPE, name="image"), layers.Input((CLASSES,), name="digit")
    x = image
    for side, width in ((14, 32), (7, 64), (4, 128)):
        x = layers.Conv2D(width, 4, 2, padding="same", name=f"shrink_{side}")(x)
        x = layers.LeakyReLU(SLOPE, name=f"leaky_{side}")(x)
    x = layers.Flatten(name="flatten")(x)
    seen = layers.Dense(CLASSES, use_bias=False, name="real_as_each_digit")(x)
    fit = layers.Dot(axes=1, dtype="float32", name="fit_to_digit")([seen, claimed])
    realness = layers.Dense(1, dtype="float32", name="real_as_any_digit")(x)
    logit = layers.Add(dtype="float32", name="logit")([realness, fit])
    return {"generator": generator, "discriminator": keras.Model([image, claimed], logit, name="discriminator")}


NETWORKS = {"dcgan": build_dcgan, "mlp": build_mlp}

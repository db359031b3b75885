"""What the cards and the tab say of the networks of the image task."""

from training.run import _

SUMMARY = {
    "cnn": "The TensorFlow tutorial's network: three convolutions of 32, 64 and 64 maps, no augmentation.",
    "lenet": "LeNet-5 on three colours, as the tutorials build it: tanh, average pooling, no augmentation.",
    "vgg": (
        "The tutorials' small VGG: three pairs of 3x3 convolutions without batch normalisation, trained on mirrored "
        "and moved pictures. Its dense layer has 256 units: the tutorials' 4096 would make the file 72 MB."
    ),
    "resnet": (
        "Ours: three residual blocks over a whitening layer, trained by Muon with alternating mirroring, small shifts "
        "and smoothed labels. It looks at a picture and at its mirror image at once; its probabilities are calibrated."
    ),
    "transfer": (
        "The tutorials' transfer learning: one dense layer on the features of a ResNet-50 that has learned ImageNet. "
        "The folder holds that layer alone; the backbone comes from keras.applications."
    ),
}

LIMITS = {
    "cnn": _(
        "It knows ten kinds of things from pictures of 32 × 32 pixels and is wrong about three times in ten. "
        "It names one of the ten also for anything else, and with much confidence."
    ),
    "lenet": _(
        "It was made for digits in 1998, and names fewer than two in three of these colour pictures rightly. "
        "It names one of the ten things also for anything else."
    ),
    "vgg": _(
        "It knows ten kinds of things, upright and filling the picture, and often mistakes cats for dogs. "
        "It names one of the ten also for anything else."
    ),
    "resnet": _(
        "It knows ten kinds of things, each alone and filling the picture; at 32 × 32 pixels it sees no details. "
        "It takes many pictures of other things for none of the ten, but not all: let it decide nothing that matters."
    ),
    "transfer": _(
        "It needs the features of a ResNet-50, which were learned from large photographs, for enlarged small pictures. "
        "It names one of the ten things also for anything else."
    ),
}

PEOPLE = (
    "The photographs were collected from search engines for the Tiny Images (Torralba, Fergus, Freeman 2008, "
    "https://doi.org/10.1109/TPAMI.2008.128) and labelled by paid students; who took them is not recorded."
)

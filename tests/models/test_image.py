"""``models.image``: a square of any picture becomes 32x32 pixels, and the networks name what it shows."""

import time
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers
from PIL import Image

from models import image, runtime, store
from models.networks.image import NETWORKS, PIXEL_MEAN, PIXEL_STD
from training.image import known_input

RED, BLUE = (255, 0, 0), (0, 0, 255)


def random_pixels(height=32, width=32, seed=3):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3)).astype(np.uint8)


def see(picture, crop=None):
    """What the networks see, for pictures of one colour: that colour, everywhere the same."""
    pixels = image.preprocess(picture, crop)
    assert (pixels.dtype, pixels.shape) == (np.uint8, (32, 32, 3))
    assert np.ptp(pixels, axis=(0, 1)).max() == 0
    return tuple(map(int, pixels[0, 0]))


@pytest.fixture
def brightness_of_a_corner(monkeypatch):
    """A network for which a picture is a cat as far as its upper left 8x8 pixels are bright; it counts its calls."""
    calls = []

    def call(task, network, batch):
        calls.append((task, network, batch))
        cat = batch[:, :8, :8].mean(axis=(1, 2, 3)) / 255
        output = np.zeros((len(batch), 10), np.float32)
        output[:, 3], output[:, 5] = cat, 1 - cat
        return runtime.Answer(output, 1.5, "a folder")

    monkeypatch.setattr(runtime, "call", call)
    return calls


# Preprocessing


def test_a_picture_of_the_networks_own_size_stays_as_it_is():
    pixels = random_pixels()
    assert np.array_equal(image.preprocess(Image.fromarray(pixels)), pixels)


def test_each_pixel_is_the_mean_of_the_area_it_covers():
    pixels = random_pixels(96, 96)
    expected = pixels.reshape(32, 3, 32, 3, 3).mean(axis=(1, 3))
    assert np.abs(image.preprocess(Image.fromarray(pixels)) - expected).max() <= 0.5


def test_a_large_picture_is_averaged_too_not_sampled():
    stripes = np.zeros((1280, 1280, 3), np.uint8)
    stripes[:, ::2] = 255
    assert set(np.unique(image.preprocess(Image.fromarray(stripes)))) <= {127, 128}


def test_a_pixel_on_the_border_of_two_counts_for_both():
    picture = np.zeros((48, 48, 3), np.uint8)
    picture[:, 1] = 240  # its left half lies in the first of 32 columns, each 1.5 wide, its right half in the second
    pixels = image.preprocess(Image.fromarray(picture))
    assert pixels[0, :3, 0].tolist() == [80, 80, 0]


def test_left_out_the_crop_is_the_middle_square():
    wide = Image.new("RGB", (300, 100), RED)
    wide.paste(BLUE, (100, 0, 200, 100))
    assert see(wide) == BLUE
    assert see(wide.transpose(Image.Transpose.ROTATE_90)) == BLUE
    assert image.default_crop((300, 100)) == (pytest.approx(1 / 3), 0, 1)
    assert image.default_crop((100, 400)) == (0, 0.375, 1)


def test_the_crop_is_measured_in_parts_of_width_height_and_shorter_side():
    picture = Image.new("RGB", (400, 200), RED)
    picture.paste(BLUE, (240, 40, 340, 140))
    assert see(picture, image.Crop(0.6, 0.2, 0.5)) == BLUE
    assert see(picture, image.Crop(0.0, 0.0, 0.2)) == RED


def test_a_crop_that_sticks_out_is_moved_inside():
    picture = Image.new("RGB", (400, 200), RED)
    picture.paste(BLUE, (300, 100, 400, 200))
    assert see(picture, image.Crop(1.0, 1.0, 0.5)) == BLUE
    assert np.array_equal(
        image.preprocess(picture, image.Crop(0.9, 0.4, 1.0)), image.preprocess(picture, image.Crop(0.5, 0, 1))
    )


@pytest.mark.parametrize("crop", [(-0.1, 0, 1), (0, 1.1, 1), (0, 0, 0), (0, 0, 1.01), (float("nan"), 0, 1)])
def test_a_crop_that_is_no_fraction_is_refused(crop):
    with pytest.raises(ValueError, match="fractions"):
        image.preprocess(Image.new("RGB", (64, 64)), image.Crop(*crop))


def test_transparency_lies_on_white():
    assert see(Image.new("RGBA", (50, 50), (0, 0, 0, 0))) == (255, 255, 255)
    assert see(Image.new("RGBA", (50, 50), (*RED, 51))) == (255, 204, 204)
    assert see(Image.new("LA", (50, 50), (0, 0))) == (255, 255, 255)


def test_a_transparent_colour_without_an_alpha_channel_is_white_too():
    for mode, colour in (("RGB", RED), ("L", 0), ("P", 0)):
        picture = Image.new(mode, (40, 40), colour)
        picture.info["transparency"] = colour
        assert see(picture) == (255, 255, 255)


def test_a_palette_is_looked_up():
    picture = Image.new("P", (40, 40), 1)
    picture.putpalette([0, 0, 0, *BLUE])
    assert see(picture) == BLUE


def test_sixteen_bits_are_scaled_not_cut():
    for values in (np.full((40, 40), 32768, np.uint16), np.full((40, 40), 32768, np.int32)):
        assert see(Image.fromarray(values)) == (127, 127, 127)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "HSV", "I", "F", "LA"])
def test_every_mode_gives_colours(mode):
    pixels = image.preprocess(Image.new("RGB", (45, 60), (90, 90, 90)).convert(mode if mode != "LAB" else "RGB"))
    assert pixels.shape == (32, 32, 3)


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 1), (33, 31), (8, 200)])
def test_every_shape_gives_32_by_32(size):
    assert see(Image.new("RGB", size, BLUE)) == BLUE


def test_the_original_is_not_altered():
    picture = Image.fromarray(random_pixels(50, 70))
    before = picture.tobytes()
    image.preprocess(picture, image.Crop(0.2, 0.1, 0.6))
    assert picture.tobytes() == before and picture.size == (70, 50)


def test_twenty_five_megapixels_take_less_than_a_second():
    picture = Image.new("RGB", (5000, 5000), RED)
    started = time.process_time()
    image.preprocess(picture)
    assert time.process_time() - started < 1


# Predictions


def test_probabilities_stand_in_the_order_of_the_labels(brightness_of_a_corner):
    reading = image.predict(np.full((32, 32, 3), 204, np.uint8), "cnn")
    assert tuple(reading.probabilities) == image.LABELS
    assert reading.probabilities["cat"] == pytest.approx(0.8) and reading.probabilities["dog"] == pytest.approx(0.2)
    assert (reading.label, reading.milliseconds, reading.folder) == ("cat", 1.5, "a folder")
    task, network, batch = brightness_of_a_corner[0]
    assert (task, network, batch.dtype, batch.shape) == ("image", "cnn", np.float32, (1, 32, 32, 3))


def test_an_answer_is_sure_from_the_threshold_on(brightness_of_a_corner):
    def reading(cat):
        probabilities = dict.fromkeys(image.LABELS, (1 - cat) / 9) | {"cat": cat}
        return image.Reading(probabilities, 1.0, None)

    assert reading(image.SURE).is_sure and not reading(image.SURE - 0.001).is_sure


def folder_with(**metrics):
    return store.Folder(Path("image-cnn"), "image", "cnn", metrics, "local")


def test_a_picture_is_known_from_the_folders_threshold_on():
    flat = dict.fromkeys(image.LABELS, 0.1)
    score = float(image.familiarity(np.full(10, 0.1)))
    assert image.Reading(flat, 1.0, folder_with(refuses_below=score)).is_known is True
    assert image.Reading(flat, 1.0, folder_with(refuses_below=score + 1e-6)).is_known is False


def test_a_folder_without_a_threshold_refuses_nothing():
    assert image.Reading(dict.fromkeys(image.LABELS, 0.1), 1.0, folder_with()).is_known


def test_familiarity_is_the_negative_generalised_entropy_of_each_picture():
    probabilities = np.array([[[0.5, 0.5, 0, 0, 0, 0, 0, 0, 0, 0]], [[1, 0, 0, 0, 0, 0, 0, 0, 0, 0]]])
    assert np.allclose(image.familiarity(probabilities), [[-2 * 0.25**0.1], [0]])


def test_reading_a_picture_is_predicting_what_preprocessing_makes_of_it(brightness_of_a_corner):
    picture = Image.fromarray(random_pixels(64, 96))
    whole, part = image.read(picture, "cnn"), image.read(picture, "cnn", image.Crop(0.5, 0, 0.5))
    assert whole.probabilities == image.predict(image.preprocess(picture), "cnn").probabilities
    expected = image.predict(image.preprocess(picture, image.Crop(0.5, 0, 0.5)), "cnn")
    assert part.probabilities == expected.probabilities != whole.probabilities


@pytest.mark.parametrize("network", ["", "../cnn", "transfer", "convnet"])
def test_an_unknown_network_is_refused(network):
    with pytest.raises(ValueError, match="network must be one of"):
        image.predict(random_pixels(), network)
    with pytest.raises(ValueError, match="network must be one of"):
        image.heat(random_pixels(), network, "cat")


# Which part decided


def test_the_part_that_speaks_for_the_label_is_hot_and_the_rest_cold(brightness_of_a_corner):
    pixels = np.zeros((32, 32, 3), np.uint8)
    pixels[:8, :8] = 255
    heat = image.heat(pixels, "cnn", "cat")
    assert (heat.dtype, heat.shape) == (np.float32, (32, 32))
    assert heat[0, 0] == heat.max() == 1
    assert np.all(heat[:3, :3] > heat[4, 4]) and np.all(heat[17:] == 0) and np.all(heat[:, 17:] == 0)


def test_the_same_part_speaks_against_another_label(brightness_of_a_corner):
    pixels = np.zeros((32, 32, 3), np.uint8)
    pixels[:8, :8] = 255
    against, with_label = image.heat(pixels, "cnn", "dog"), image.heat(pixels, "cnn", "cat")
    assert against.min() == -1
    assert np.allclose(against, -with_label, atol=1e-6)


def test_where_nothing_matters_the_map_is_empty(brightness_of_a_corner):
    assert not image.heat(np.full((32, 32, 3), 90, np.uint8), "cnn", "cat").any()


def test_all_patches_go_through_the_network_at_once(brightness_of_a_corner):
    pixels = random_pixels()
    image.heat(pixels, "vgg", "cat")
    assert len(brightness_of_a_corner) == 1
    _task, network, batch = brightness_of_a_corner[0]
    assert network == "vgg" and np.array_equal(batch[0], pixels)
    first = np.any(batch[1] != pixels, axis=2)
    assert first[:8, :8].mean() > 0.9 and not first[8:].any() and not first[:, 8:].any()
    assert np.allclose(batch[1, :8, :8], pixels.mean(axis=(0, 1)), atol=1e-3)


def test_the_patches_cover_the_picture_evenly_from_edge_to_edge():
    masks = image.patch_masks()
    covered = masks.sum(axis=0)
    assert covered.min() >= 1 and masks.sum(axis=(1, 2)).tolist() == [image.PATCH**2] * len(masks)
    assert np.array_equal(covered, covered[::-1]) and np.array_equal(covered, covered.T)


def test_a_patch_counts_most_at_its_centre_and_only_where_it_hides():
    masks = image.patch_masks()
    weights = image.patch_weights(masks)
    assert np.array_equal(weights > 0, masks)
    assert weights[0, :8, 0].tolist() == [1, 2, 3, 4, 4, 3, 2, 1] and weights[0, 3, 4] == 16
    assert np.array_equal(weights[1, :8, 3:11], weights[0, :8, :8])


def test_an_unknown_label_is_refused():
    with pytest.raises(ValueError, match="label must be one of"):
        image.heat(random_pixels(), "cnn", "unicorn")


# The networks


def test_the_tab_offers_every_network_ours_first():
    assert image.DEFAULT_NETWORK == image.NETWORKS[0] == "resnet"
    assert set(image.NETWORKS) == set(NETWORKS)


@pytest.mark.parametrize("network", NETWORKS)
def test_every_network_gives_ten_probabilities_of_raw_pixels(network):
    model = NETWORKS[network]()
    assert model.input_shape == (None, 32, 32, 3)
    output = model.predict_on_batch(random_pixels()[np.newaxis].astype(np.float32))
    assert output.shape == (1, 10) and output.sum() == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    ("network", "parameters"), [("cnn", 122_570), ("lenet", 62_006), ("vgg", 2_196_810), ("resnet", 4_608_298)]
)
def test_every_network_has_the_parameters_its_description_says(network, parameters):
    assert NETWORKS[network]().count_params() == parameters < 4_700_000
    assert f"{parameters:,}" in NETWORKS[network].__doc__


def test_cnn_is_the_tensorflow_tutorials():
    kinds = [type(layer).__name__ for layer in NETWORKS["cnn"]().layers]
    assert kinds == ["Rescaling", *["Conv2D", "MaxPooling2D"] * 2, "Conv2D", "Flatten", "Dense", "Dense"]


def test_vgg_is_three_pairs_of_3x3_convolutions_and_dense_256():
    model = NETWORKS["vgg"]()
    convolutions = [layer for layer in model.layers if isinstance(layer, layers.Conv2D)]
    assert [layer.filters for layer in convolutions] == [64, 64, 128, 128, 256, 256]
    assert {layer.kernel_size for layer in convolutions} == {(3, 3)}
    assert model.get_layer("hidden").units == 256


def test_resnet_adds_what_goes_in_to_what_each_second_convolution_makes_of_it():
    model = NETWORKS["resnet"]()
    for layer in model.layers:
        if layer.name.startswith("conv_") and layer.name.endswith("b"):
            layer.set_weights([np.zeros_like(weights) for weights in layer.get_weights()])
    parts = keras.Model(model.inputs, [model.get_layer("relu_2a").output, model.get_layer("add_2").output])
    before, after = parts.predict_on_batch(random_pixels()[np.newaxis].astype(np.float32))
    assert before.any() and np.array_equal(before, after)


def test_the_mean_pixel_stands_at_zero_inside_vgg_and_resnet():
    for network in ("vgg", "resnet"):
        model = NETWORKS[network]()
        standardise = keras.Model(model.inputs, model.get_layer("standardise").output)
        pixels = np.full((1, 32, 32, 3), PIXEL_MEAN, np.float32)
        assert np.abs(standardise.predict_on_batch(pixels)).max() < 1e-5
        assert np.allclose(standardise.predict_on_batch(pixels + PIXEL_STD), 1, atol=1e-5)


@pytest.mark.parametrize("network", image.NETWORKS)
def test_the_networks_know_our_drawing_of_an_aeroplane(network):
    runtime.configure()
    reading = image.predict(known_input()[0].astype(np.uint8), network)
    assert sum(reading.probabilities.values()) == pytest.approx(1, abs=1e-4)
    if network == image.DEFAULT_NETWORK:
        assert reading.label == "airplane"

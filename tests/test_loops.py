"""``benchmarks.loops``: both loops of a race really teach, and the report says how they compare."""

import pytest

from benchmarks import loops


def values(model):
    return [variable.numpy() for variable in model.trainable_variables]


def has_moved(before, model):
    return any((new.numpy() != old).any() for new, old in zip(model.trainable_variables, before, strict=True))


@pytest.mark.parametrize("network", ["mlp", "dcgan"])
def test_the_tutorials_loop_teaches_generator_and_discriminator(network):
    tutorial = loops.TutorialLoop(network, loops.made_digits(8), batch_size=4)
    tutorial.discriminator.trainable = True  # so that its weights are listed
    before = {part: values(part) for part in (tutorial.generator, tutorial.discriminator)}
    tutorial.discriminator.trainable = False
    tutorial.step()
    tutorial.discriminator.trainable = True
    assert all(has_moved(old, part) for part, old in before.items())


def test_the_combined_model_leaves_the_discriminator_as_it_is():
    tutorial = loops.TutorialLoop("mlp", loops.made_digits(8), batch_size=4)
    assert len(tutorial.combined.trainable_variables) == len(tutorial.generator.trainable_variables)


def test_a_race_of_pairs_gives_steps_a_second_of_both_loops():
    race = loops.race_of_pairs("mlp", batch_size=4, steps=2)
    found = loops.run_race(race, turns=1)
    assert list(found) == [loops.OURS, loops.TUTORIALS] and min(found.values()) > 0


def test_a_race_of_pictures_gives_pictures_a_second_of_both_loops():
    race = loops.race_of_pictures("cnn", steps=1, batch_size=4)
    assert race.amount == 4
    found = loops.run_race(race, turns=1)
    assert list(found) == [loops.OURS, loops.PLAIN] and min(found.values()) > 0


def test_the_report_divides_ours_by_the_other():
    race = loops.Race("gan-mlp, batch 4", "steps", 2, {})
    line = loops.report(race, {"ours": 30.0, "the tutorials'": 6.0})
    assert line.startswith("gan-mlp, batch 4") and "ours 30" in line and line.endswith("ratio 5.00")


def test_a_pair_is_timed_at_the_tutorials_batch_size_and_at_ours():
    names = [race.args for race in loops.races_of("gan")]
    assert names == [("dcgan", 32, 10), ("dcgan", 64, 10), ("mlp", 32, 10), ("mlp", 128, 10)]

"""``benchmarks.forecast_loop``: both ways teach the same network the same pieces."""

from benchmarks import loops
from benchmarks.forecast_loop import made_cuts, race_of_series
from models.networks import forecast as networks


def test_the_race_of_series_gives_pieces_a_second_of_both_ways(monkeypatch):
    monkeypatch.setattr(networks, "MEMBERS", 2)
    monkeypatch.setattr(networks, "BLOCKS", 1)
    race = race_of_series(steps=1, batch_size=4)
    assert (race.name, race.unit, race.amount) == ("combiner, batch 4", "pieces", 4)
    found = loops.run_race(race, turns=1)
    assert list(found) == [loops.OURS, loops.TUTORIALS] and min(found.values()) > 0


def test_the_made_pieces_end_a_horizon_before_their_series():
    assert all(len(cut.future) == 12 and len(cut.history) >= 8 for cut in made_cuts(5))

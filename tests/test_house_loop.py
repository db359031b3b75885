"""``benchmarks.house_loop``: both loops of the race of house prices really teach."""

from benchmarks import house_loop, loops


def test_a_race_of_houses_gives_sales_a_second_of_both_loops(monkeypatch):
    monkeypatch.setattr(house_loop, "SALES", 600)
    race = house_loop.race_of_houses(steps=1)
    assert race.amount == house_loop.SETTINGS["tabm"].batch_size
    found = loops.run_race(race, turns=1)
    assert list(found) == [loops.OURS, loops.PLAIN] and min(found.values()) > 0

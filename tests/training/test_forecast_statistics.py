"""``training.forecast_statistics``: each series is asked of each method, with a stand-in for statsforecast."""

import sys
from types import SimpleNamespace

import numpy as np
import pandas

from training import forecast_statistics as statistics


class Naive:
    """Forecasts the last value, give or take the season."""

    def __init__(self, season_length):
        self.season = season_length

    def forecast(self, y, h, level):
        return {
            "mean": np.full(h, y[-1]),
            f"lo-{level[0]}": np.full(h, y[-1] - self.season),
            f"hi-{level[0]}": np.full(h, y[-1] + self.season),
        }


def test_every_series_is_forecast_by_every_method_from_its_training_values(tmp_path, monkeypatch, capsys):
    package = SimpleNamespace(models=SimpleNamespace(**dict.fromkeys(statistics.METHODS.values(), Naive)))
    monkeypatch.setitem(sys.modules, "statsforecast", package)
    monkeypatch.setattr(statistics, "RESULT", tmp_path / "results" / "m1.npz")
    rows = [("A", "YEARLY", "train", 7.0), ("A", "YEARLY", "test", 8.0)]
    rows += [("B", "MONTHLY", "train", 3.0), ("B", "MONTHLY", "test", 4.0), ("B", "MONTHLY", "test", 5.0)]
    (tmp_path / "time-series").mkdir()
    table = pandas.DataFrame(rows, columns=["series", "period", "part", "value"])
    table.to_csv(tmp_path / "time-series" / "m1_competition_long.csv.xz", index=False)
    assert statistics.main(["--data", str(tmp_path)]) == 0
    with np.load(tmp_path / "results" / "m1.npz") as found:
        assert found["ETS YEARLY"].tolist() == [[[7, 6, 8]]]
        assert found["Theta MONTHLY"].tolist() == [[[3, -9, 15]] * 2]
        assert len(found.files) == 6
    assert "2 series" in capsys.readouterr().out

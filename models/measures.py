"""The measures by which networks are judged, and how their values are written."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """A measure of quality.

    is_share: a fraction 0..1 that people read in per cent.
    decimals: of the written value.
    """

    name: str
    is_share: bool
    decimals: int
    higher_is_better: bool


MEASURES = {
    "accuracy": Measure("accuracy", is_share=True, decimals=2, higher_is_better=True),
    "r2": Measure("R²", is_share=False, decimals=3, higher_is_better=True),
    "owa": Measure("OWA", is_share=False, decimals=3, higher_is_better=False),
    "mase": Measure("MASE", is_share=False, decimals=3, higher_is_better=False),
    "smape": Measure("sMAPE", is_share=True, decimals=2, higher_is_better=False),
    "msis": Measure("interval score (MSIS)", is_share=False, decimals=2, higher_is_better=False),
    "conditional_accuracy": Measure("asked digit recognised", is_share=True, decimals=2, higher_is_better=True),
    "refused": Measure("refused", is_share=True, decimals=1, higher_is_better=True),
    "median_error": Measure("median error", is_share=True, decimals=1, higher_is_better=False),
    "mean_error": Measure("mean error in $1,000", is_share=False, decimals=1, higher_is_better=False),
    "coverage": Measure("inside the interval", is_share=True, decimals=1, higher_is_better=True),
    "faithful": Measure("faithful", is_share=True, decimals=1, higher_is_better=True),
    "frechet_distance": Measure("Fréchet distance", is_share=False, decimals=2, higher_is_better=False),
}


def written(metric: str, value: float) -> str:
    """Return a value as the documents write it: "99.64 %" or "0.897".

    Raises:
        ValueError: there is no such measure.
    """
    if metric not in MEASURES:
        raise ValueError(f"metric must be one of {', '.join(MEASURES)}. Received: {metric!r}")
    measure = MEASURES[metric]
    if measure.is_share:
        return f"{value * 100:.{measure.decimals}f} %"
    return f"{value:.{measure.decimals}f}"

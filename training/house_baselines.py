"""What the networks are measured against: tuned gradient boosting and a linear model, on the same houses."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from models.house import FEATURES
from training.house_measures import MODES

# Candidates for boosting; the one that is best on the validation houses is used.
CANDIDATES = [
    {"learning_rate": rate, "max_leaf_nodes": leaves, "l2_regularization": shrinkage}
    for rate in (0.03, 0.08)
    for leaves in (10, 24)
    for shrinkage in (0.0, 5.0)
]
ROUNDS = 1500
AREAS = ("living_area", "lot", "living_area_above", "living_area_nearby", "lot_nearby")


def measure(data: Any, cache: Path) -> dict[str, Any]:
    """Fit the baselines on the training houses and return their R² of log prices on the test houses.

    Args:
        data: a ``training.house.Split``.
        cache: where an earlier run on the same split left what it found.

    Returns:
        "baseline" and "others" of the metrics; "baseline_form" is the R² of boosting from the form's entries.
    """
    if cache.is_file():
        return json.loads(cache.read_text())
    print("Fitting the baselines (gradient boosting, linear) ...", flush=True)
    settings = _choose(data)
    boosting = {mode: _score(_boosting(settings), data, mode) for mode in MODES}
    linear = _score(build_linear(), data, "details")
    result = {
        "baseline": {
            "name": "Tuned gradient boosting (scikit-learn)",
            "short": "Boosting",
            "value": boosting["details"],
            "settings": settings,
        },
        "others": [{"name": "Ridge regression on log areas and one-hot zip codes", "short": "Linear", "value": linear}],
        "baseline_form": boosting["form"],
    }
    cache.parent.mkdir(parents=True, exist_ok=True)
    cache.write_text(json.dumps(result))
    return result


def _choose(data: Any) -> dict[str, float]:
    """The candidate with the best R² on the validation houses, rounds by early stopping on the same."""
    scored = []
    for candidate in CANDIDATES:
        model = _boosting(candidate | {"max_iter": ROUNDS})
        model.set_params(early_stopping=True, n_iter_no_change=40)
        model.fit(
            data.train.details, data.train.log_prices, X_val=data.validation.details, y_val=data.validation.log_prices
        )
        score = model.score(data.validation.details, data.validation.log_prices)
        scored.append((score, candidate | {"max_iter": model.n_iter_}))
    best_score, best = max(scored, key=lambda pair: pair[0])
    print(f"boosting: R² {best_score:.4f} on the validation houses with {best}", flush=True)
    return best


def _boosting(settings: dict[str, float]) -> HistGradientBoostingRegressor:
    return HistGradientBoostingRegressor(min_samples_leaf=15, early_stopping=False, random_state=0, **settings)


def _score(model: Any, data: Any, mode: str) -> float:
    model.fit(getattr(data.train, mode), data.train.log_prices)
    return float(model.score(getattr(data.test, mode), data.test.log_prices))


def build_linear() -> Pipeline:
    """Ridge regression on standardised features, areas as logs, and one column for each zip code."""
    areas = [FEATURES.index(name) for name in AREAS]
    zip_code = [FEATURES.index("zip_code")]
    others = [index for index in range(len(FEATURES)) if index not in (*areas, *zip_code)]
    columns = ColumnTransformer(
        [
            ("areas", make_pipeline(FunctionTransformer(np.log), StandardScaler()), areas),
            ("zip_code", OneHotEncoder(handle_unknown="ignore"), zip_code),
            ("others", StandardScaler(), others),
        ]
    )
    return make_pipeline(columns, RidgeCV(np.logspace(-2, 3, 11)))

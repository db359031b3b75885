"""What the networks are measured against: tuned CatBoost, tuned boosting of scikit-learn, and a linear model.

Each learns from the same houses and the same features as the networks, once with all details and once from the
form's entries, and is tuned on the same validation houses.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import numpy as np
import pandas as pd
from catboost import CatBoostRegressor, Pool
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from models.house import FEATURES
from models.networks.house import Sales, build_tabm, place
from training.house_measures import MODES, r_squared

AREAS = ("living_area", "lot", "living_area_above", "living_area_nearby", "lot_nearby")

# Candidates for scikit-learn's boosting; the one that is best on the validation houses is used.
CANDIDATES = [
    {"learning_rate": 0.04, "max_leaf_nodes": leaves, "l2_regularization": shrinkage}
    for leaves in (10, 24)
    for shrinkage in (0.0, 5.0)
]
ROUNDS = 1500

# For CatBoost: from the first settings on, one is changed after the other, and what is better is kept.
CATBOOST_FIRST = {"learning_rate": 0.1, "depth": 6, "l2_leaf_reg": 3.0}
CATBOOST_CHANGES = ({"depth": 8}, {"l2_leaf_reg": 1.0}, {"l2_leaf_reg": 9.0}, {"learning_rate": 0.05})
CATBOOST_DEEPER = {"depth": 10}  # tried where 8 was better than 6
CATBOOST_ROUNDS = 5000
CATBOOST_PATIENCE = 100


class Answers(NamedTuple):
    """What a baseline answers: mode -> log prices [n] of the test houses; and the settings that were chosen."""

    answers: dict[str, np.ndarray]
    settings: dict[str, Any]


class Baseline(NamedTuple):
    """A way to price houses that is no network: what it is called, and what fits it to a split."""

    name: str
    short: str
    fit: Callable[[Any], Answers]


def fit_catboost(data: Any) -> Answers:
    """Return what tuned CatBoost answers, for a ``training.house_data.Split``; the zip code is a category."""
    return _tune_catboost({mode: [getattr(part, mode) for part in data[:3]] for mode in MODES}, data)


def fit_catboost_with_neighbourhood(data: Any) -> Answers:
    """Return what CatBoost answers where it is also given all that ``tabm`` derives from the features.

    That includes how dear the sales around a house were.
    """
    model = build_tabm()
    taught = place(model, data.train)
    tables = {mode: [taught[index]] for index, mode in enumerate(MODES)}
    places = keras.Model(model.inputs, model.get_layer("neighbourhood").output)
    for mode in MODES:
        tables[mode] += [
            places.predict(getattr(part, mode), batch_size=256, verbose=0) for part in (data.validation, data.test)
        ]
    return _tune_catboost(tables, data)


def _tune_catboost(tables: dict[str, list[np.ndarray]], data: Any) -> Answers:
    """Choose by the details on the validation houses; for the form only the number of trees is chosen again."""
    pools = {
        mode: [_pool(features, part.log_prices) for features, part in zip(tables[mode], data[:3], strict=True)]
        for mode in MODES
    }
    train, validation, test = pools["details"]
    best, model = CATBOOST_FIRST, _catboost(CATBOOST_FIRST, train, validation)
    changes = list(CATBOOST_CHANGES)
    while changes:
        settings = best | changes.pop(0)
        candidate = _catboost(settings, train, validation)
        if _error(candidate) < _error(model):
            is_deeper = settings["depth"] == 8 > best["depth"]
            changes = [CATBOOST_DEEPER, *changes] if is_deeper else changes
            best, model = settings, candidate
    answers = {"details": model.predict(test)}
    answers["form"] = _catboost(best, *pools["form"][:2]).predict(pools["form"][2])
    return Answers(answers, best | {"iterations": model.tree_count_})


def _catboost(settings: dict[str, float], train: Pool, validation: Pool) -> CatBoostRegressor:
    """A model fitted with these settings, cut at the number of trees that is best on the validation houses."""
    model = CatBoostRegressor(
        iterations=CATBOOST_ROUNDS,
        early_stopping_rounds=CATBOOST_PATIENCE,
        random_seed=0,
        verbose=0,
        allow_writing_files=False,
        **settings,
    )
    return model.fit(train, eval_set=validation)


def _error(model: CatBoostRegressor) -> float:
    return model.get_best_score()["validation"]["RMSE"]


def _pool(features: np.ndarray, log_prices: np.ndarray) -> Pool:
    names = [*FEATURES, *(f"more_{index}" for index in range(features.shape[1] - len(FEATURES)))]
    table = pd.DataFrame(features.astype(np.float64), columns=names)
    return Pool(table.assign(zip_code=table["zip_code"].astype(int).astype(str)), log_prices, cat_features=["zip_code"])


def fit_boosting(data: Any) -> Answers:
    """Return what the tuned gradient boosting of scikit-learn answers."""
    settings = _choose(data)
    return Answers({mode: _fit(_boosting(settings), data, mode) for mode in MODES}, settings)


def _choose(data: Any) -> dict[str, float]:
    """The candidate with the best R² on the validation houses, rounds by early stopping on the same."""
    validation: Sales = data.validation
    scored = []
    for candidate in CANDIDATES:
        model = _boosting(candidate | {"max_iter": ROUNDS})
        model.set_params(early_stopping=True, n_iter_no_change=40)
        model.fit(data.train.details, data.train.log_prices, X_val=validation.details, y_val=validation.log_prices)
        score = r_squared(validation.log_prices, model.predict(validation.details))
        scored.append((score, candidate | {"max_iter": model.n_iter_}))
    return max(scored, key=lambda pair: pair[0])[1]


def _boosting(settings: dict[str, float]) -> HistGradientBoostingRegressor:
    return HistGradientBoostingRegressor(min_samples_leaf=15, early_stopping=False, random_state=0, **settings)


def fit_linear(data: Any) -> Answers:
    """Return what ridge regression answers; its shrinkage is chosen within the training houses."""
    return Answers({mode: _fit(build_linear(), data, mode) for mode in MODES}, {})


def _fit(model: Any, data: Any, mode: str) -> np.ndarray:
    model.fit(getattr(data.train, mode), data.train.log_prices)
    return model.predict(getattr(data.test, mode))


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


BASELINES = {
    "catboost": Baseline("Tuned CatBoost", "CatBoost", fit_catboost),
    "boosting": Baseline("Tuned gradient boosting (scikit-learn)", "Boosting", fit_boosting),
    "linear": Baseline("Ridge regression on log areas and one-hot zip codes", "Linear", fit_linear),
}
# Beside these, in the comparison over several splits.
FURTHER = {
    "catboost_placed": Baseline(
        "CatBoost, given also what tabm derives from the features and the sales around",
        "CatBoost with the neighbourhood",
        fit_catboost_with_neighbourhood,
    ),
}

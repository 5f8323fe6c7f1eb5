"""Our estimators inside scikit-learn: copies, cross-validation, pipelines and searches."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.datasets import load_iris
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from chainrule import nn


def test_a_line_is_that_of_scikit_learn() -> None:
    random = np.random.default_rng(0)
    x = random.normal(size=(60, 2))
    y = x @ [2.0, -1.0] + 0.5 + 0.1 * random.normal(size=60)
    plan = {"hidden": "", "rate": 0.05, "epochs": 400, "batch": None}
    ours, theirs = clone(nn.Estimator("numbers", **plan)).fit(x, y), LinearRegression().fit(x, y)
    np.testing.assert_allclose(ours.predict(x), theirs.predict(x), atol=1e-3)
    assert ours.score(x, y) == pytest.approx(theirs.score(x, y), abs=1e-5)
    assert is_regressor(ours) and not is_classifier(ours)


def test_flowers_are_told_apart_in_folds_pipelines_and_searches() -> None:
    x, t = load_iris(return_X_y=True)
    names = np.array(["setosa", "versicolor", "virginica"])[t]
    ours = nn.Estimator(hidden="8", epochs=60, rate=0.03)
    folds = cross_val_score(make_pipeline(StandardScaler(), ours), x, names, cv=3)
    theirs = cross_val_score(LogisticRegression(max_iter=500), x, names, cv=3)
    assert folds.mean() > 0.9 and abs(folds.mean() - theirs.mean()) < 0.05
    search = GridSearchCV(ours, {"hidden": ["", "8"], "epochs": [1, 60]}, cv=3).fit(x, names)
    assert search.best_params_["epochs"] == 60
    assert set(search.predict(x[::50])) == {"setosa", "versicolor", "virginica"}

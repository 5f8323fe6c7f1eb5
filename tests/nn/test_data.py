from __future__ import annotations

import numpy as np
import pytest

from chainrule.errors import FileError, InputError
from chainrule.nn import data
from chainrule.nn.own_data import from_csv
from chainrule.nn.scaling import Scaling


@pytest.mark.parametrize("name", [n for n in data.GENERATED if n != "digits"])
def test_generated_data_comes_from_its_seed(name: str) -> None:
    one, same, other = (data.named(name, count=50, seed=seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(one.x, same.x)
    np.testing.assert_array_equal(one.t, same.t)
    assert (one.x != other.x).any()
    assert len(one.x) == len(one.t) == 50
    assert one.x.shape[1] == len(one.columns)
    assert np.isfinite(one.x).all()
    if one.task != "numbers":
        counts = np.unique(one.t, return_counts=True)[1]
        assert len(counts) == len(one.classes) and min(counts) >= 5


def test_digits_are_pictures_of_their_labels() -> None:
    digits = data.digits()
    assert digits.x.shape == (600, 64) and digits.x.min() == 0 and digits.x.max() == 1
    assert set(digits.t.tolist()) == set(range(10))
    # A nought is dark in the middle and a one is not.
    middle = digits.x[:, [27, 28, 35, 36]].mean(axis=1)
    assert middle[digits.t == 0].mean() < 0.3 < 0.6 < middle[digits.t == 1].mean()


def test_a_split_keeps_every_example_once() -> None:
    whole = data.named("moons", count=40)
    kept, held = whole.split(0.25, seed=1)
    assert len(kept.x) == 30 and len(held.x) == 10
    rows = np.concatenate([kept.x, held.x])
    assert sorted(map(tuple, rows)) == sorted(map(tuple, whole.x))
    with pytest.raises(InputError, match="leaves a part empty"):
        whole.split(1.0)


TABLE = b"Age,ChestPain,Sex,AHD\n63,typical,1,No\n67,none,1,Yes\n41,other,0,Yes\n50,none,0,No\n"


def test_words_become_columns_of_noughts_and_ones() -> None:
    table = from_csv(TABLE)
    assert table.columns == (
        "Age",
        "ChestPain = none",
        "ChestPain = other",
        "ChestPain = typical",
        "Sex",
    )
    assert table.x[1].tolist() == [67, 1, 0, 0, 1]
    assert table.t.ravel().tolist() == [0, 1, 1, 0]
    assert table.classes == ("No", "Yes") and table.loss == "bce"
    numbers = from_csv(TABLE, target="Age")
    assert numbers.task == "numbers" and numbers.t.ravel().tolist() == [63, 67, 41, 50]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a,b\n1,2\n3\n", "row 3"),
        (b"a\n1\n2\n", "one column"),
        (b"a,b\n1,2\n1,nan\n", "row 3"),
    ],
)
def test_tables_that_cannot_be_used_say_where(content: bytes, words: str) -> None:
    with pytest.raises(FileError, match=words):
        from_csv(content)


def test_a_column_that_is_not_there_is_named() -> None:
    with pytest.raises(FileError, match="no column `AGE2`"):
        from_csv(TABLE, target="AGE2")
    with pytest.raises(InputError, match="no data set `mons`; did you mean `moons`"):
        data.named("mons")


def test_scaling_and_back() -> None:
    x = np.random.default_rng(1).normal(3, 7, (20, 2))
    scaling = Scaling.of(x)
    np.testing.assert_allclose(scaling(x).mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(scaling(x).std(axis=0), 1)
    np.testing.assert_allclose(scaling.back(scaling(x)), x)
    ranged = Scaling.of(x, "range")(x)
    assert ranged.min() == 0 and ranged.max() == 1
    assert Scaling.of([[5.0], [5.0]])([[6.0]]).tolist() == [[1.0]]

"""Tables as courses have them: headings of any kind, gaps, numbered rows, words, dates."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

import numpy as np
import pandas
import pytest

from chainrule import nn, train
from chainrule.errors import FileError
from chainrule.nn.data import HEART, heart
from chainrule.nn.own_data import from_csv

GAPS = b"""\
"",Age,sepal length (cm),Thal,AHD
1,63,5.1,fixed,No
2,67,NA,normal,Yes
3,,4.7,normal,Yes
4,37,4.9,?,No
5,41,5.0,normal,Yes
"""


def test_the_patients_of_the_lecture_are_read() -> None:
    data = from_csv(HEART.encode())
    rows = list(csv.DictReader(StringIO(HEART)))
    assert len(data.x) == 5 and data.classes == ("No", "Yes")
    assert data.t.ravel().tolist() == [float(row["AHD"] == "Yes") for row in rows]
    ages = data.x[:, data.columns.index("Age")]
    assert ages.tolist() == [float(row["Age"]) for row in rows]
    assert data.notes == ("The first column numbers the rows and is left out.",)
    assert "ChestPain = asymptomatic" in data.columns and "patient" not in data.columns


def test_generated_patients_say_that_they_are() -> None:
    data = heart(500, seed=1)
    assert "generated" in data.name and data.x.shape == (500, 5)
    ill = data.t[:, 0] == 1
    assert data.x[ill, 0].mean() > data.x[~ill, 0].mean()
    assert data.x[ill, 3].mean() < data.x[~ill, 3].mean()


def test_gaps_are_refused_left_out_or_filled() -> None:
    with pytest.raises(
        FileError,
        match=r"table are 3 \(row 3, column 3",
    ):
        from_csv(GAPS)
    dropped = from_csv(GAPS, missing="drop")
    assert dropped.x[:, :2].tolist() == [[63, 5.1], [41, 5.0]]
    assert "3 of 5 rows have a missing value" in dropped.notes[1]
    filled = from_csv(GAPS, missing="fill")
    assert filled.columns == ("Age", "sepal length (cm)", "Thal = normal")
    assert filled.x[1, 1] == pytest.approx((5.1 + 4.7 + 4.9 + 5.0) / 4)
    assert filled.x[2, 0] == (63 + 67 + 37 + 41) / 4
    assert filled.x[3, 2] == 1
    assert "3 missing values are filled" in filled.notes[1]


def test_a_missing_target_is_never_filled() -> None:
    data = from_csv(b"a,b\n1,2\n2,NA\n3,6\n", missing="fill")
    assert data.x.ravel().tolist() == [1, 3] and data.t.ravel().tolist() == [2, 6]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"day,y\n2024-01-31,1\n2024-02-01,2\n", "`2024-01-31` in the column day is a date"),
        (b"x,day,y\n1,31.1.2024,1\n2,1.2.2024,2\n", "column 2"),
        (b"a,b\nNA,1\n,2\n", "every row has a missing value"),
        (b"a,b\n12%,1\n3,2\n", "not a decimal number"),
        (b"word,b\nall,1\nall,2\n", "nothing is left to predict from"),
        (b"word,b\n" + b"".join(b"w%d,%d\n" % (k, k) for k in range(25)), "without=['word']"),
    ],
)
def test_what_cannot_be_used_says_why(content: bytes, words: str) -> None:
    with pytest.raises(FileError) as caught:
        from_csv(content, missing="drop")
    assert words in str(caught.value)


def test_columns_are_left_out_on_request_and_doubled_headings_stay_apart() -> None:
    table = b"day,a,a,y\n2024-01-31,1,5,1\n2024-02-01,2,6,3\n2024-02-02,3,8,5\n"
    data = from_csv(table, "y", without=["day"])
    assert data.x.tolist() == [[1, 5], [2, 6], [3, 8]]
    with pytest.raises(FileError, match="no column `dai`"):
        from_csv(table, "y", without=["dai"])


def test_a_data_frame_with_labels_trains_a_formula() -> None:
    x = np.linspace(0, 1, 20)
    frame = pandas.DataFrame({"sepal length (cm)": x, "x_2": x**2, "t": 3 * x - x**2})
    run = train(
        "y = a sepal_length_cm + b x2",
        frame,
        learn="a b",
        loss="(y - t)^2",
        optimiser="adam",
        rate=0.1,
        steps=2000,
    )
    run.advance(2000)
    assert run.parameters["a"] == pytest.approx(3, abs=1e-3)
    found: Any = run.predict(frame.head(2))
    assert found == pytest.approx(3 * x[:2] - x[:2] ** 2, abs=1e-2)
    table = frame[["sepal length (cm)", "x_2"]]
    model = nn.Sequential([nn.Dense(1)], inputs=2)
    layers = nn.train(model, table, frame["t"], rate=0.3, steps=5)
    assert layers.run()[-1].step == 5

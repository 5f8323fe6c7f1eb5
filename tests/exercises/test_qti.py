"""QTI packages, read by rules of their own, written from the specification of IMS."""

from __future__ import annotations

import io
import zipfile
from xml.etree import ElementTree

import pytest

import chainrule
from chainrule.exercises.formats.moodle import known_mistakes
from chainrule.exercises.kinds import KINDS
from chainrule.exercises.sheet import Sheet

V21 = "{http://www.imsglobal.org/xsd/imsqti_v2p1}"
V12 = "{http://www.imsglobal.org/xsd/ims_qtiasiv1p2}"
PACKAGE = "{http://www.imsglobal.org/xsd/imscp_v1p1}"
ALLOWED = {
    "p",
    "div",
    "span",
    "br",
    "img",
    "small",
    "table",
    "caption",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "textEntryInteraction",
    "inlineChoiceInteraction",
    "inlineChoice",
}
"""What may stand in the body of an item, of what sheets have; formulas are MathML."""

HALVES = 'title = "x"\nhalves = true\n[[part]]\nlevel = 3\nkinds = ["values", "adjoints"]\n'


def package(made: Sheet, format: str, key: str = "inline") -> dict[str, ElementTree.Element]:
    with zipfile.ZipFile(io.BytesIO(made.to(format, key=key))) as archive:  # type: ignore[arg-type]
        assert len(set(archive.namelist())) == len(archive.namelist())
        return {name: ElementTree.fromstring(archive.read(name)) for name in archive.namelist()}


def listed(files: dict[str, ElementTree.Element]) -> set[str]:
    found = [file.get("href") for file in files["imsmanifest.xml"].iter(f"{PACKAGE}file")]
    assert len(found) == len(set(found))
    return {str(name) for name in found}


class Item21:
    """An item: what its responses are worth."""

    def __init__(self, root: ElementTree.Element) -> None:
        self.root = root
        self.declared = {
            str(one.get("identifier")): one for one in root.iter(f"{V21}responseDeclaration")
        }
        self.most = float(
            next(
                one.findtext(f"{V21}defaultValue/{V21}value") or "nan"
                for one in root.iter(f"{V21}outcomeDeclaration")
                if one.get("identifier") == "MAXSCORE"
            )
        )

    def right(self, id: str) -> str:
        return self.declared[id].findtext(f"{V21}correctResponse/{V21}value") or ""

    def score(self, given: dict[str, str]) -> tuple[float, list[str]]:
        score, said = 0.0, []
        for rule in self.root.iterfind(f"{V21}responseProcessing/*"):
            chosen = [rule]
            if rule.tag == f"{V21}responseCondition":
                chosen = next(
                    ([*branch][1:] for branch in rule if self.holds(branch[0], given)), []
                )
            for step in chosen:
                value = [*step[0]][1]
                if step.get("identifier") == "SAID":
                    said.append(value.text or "")
                elif value.tag == f"{V21}mapResponse":
                    mapping = self.declared[str(value.get("identifier"))].find(f"{V21}mapping")
                    assert mapping is not None
                    worth = {one.get("mapKey"): one.get("mappedValue") for one in mapping}
                    own = given.get(str(value.get("identifier")), "")
                    score += float(worth.get(own) or mapping.get("defaultValue") or 0)
                else:
                    score += float(value.text or "nan")
        return score, said

    def holds(self, condition: ElementTree.Element, given: dict[str, str]) -> bool:
        own = given.get(str(condition[0].get("identifier")), "")
        if condition.tag == f"{V21}match":
            return own == self.right(str(condition[1].get("identifier")))
        assert condition.tag == f"{V21}equal" and condition.get("toleranceMode") == "absolute"
        low, high = map(float, str(condition.get("tolerance")).split())
        wanted = float(condition[1].text or "nan")
        return bool(own) and wanted - low <= float(own) <= wanted + high


@pytest.mark.parametrize("kind", KINDS)
def test_an_item_of_version_2_1_gives_its_points_for_the_key_and_none_for_nothing(
    kind: str,
) -> None:
    made = chainrule.sheet(3, kinds=[kind], seed=3, student="qti")
    files, task = package(made, "qti21"), made.tasks[0]
    assert listed(files) == {*files} - {"imsmanifest.xml"}
    (ref,) = files["test.xml"].iter(f"{V21}assessmentItemRef")
    item = Item21(files[str(ref.get("href"))])
    gaps = [
        one.get("responseIdentifier") for one in item.root.iter() if one.get("responseIdentifier")
    ]
    assert sorted(map(str, gaps)) == sorted(item.declared)
    assert len(gaps) >= len(task.answers)
    body = item.root.find(f"{V21}itemBody")
    assert body is not None
    for one in body.iter():
        name = one.tag.removeprefix(V21)
        assert name in ALLOWED | {"itemBody"} or one.tag.startswith("{http://www.w3.org/1998/Math/")
        assert not {*one.attrib} & {"style", "id", "for", "name"}
    every = {id: item.right(id) for id in item.declared}
    assert item.score(every)[0] == pytest.approx(task.points, abs=1e-9) == item.most
    assert item.score({}) == (0, [])
    assert item.score(dict.fromkeys(item.declared, "17.123"))[0] <= 0.1 * task.points
    for picture in body.iter(f"{V21}img"):
        assert picture.get("src") in files and picture.get("alt")


def test_a_known_mistake_keeps_a_quarter_and_is_told() -> None:
    made = chainrule.sheet(
        "J = cos(u); u = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2",
        at={"x": "1.2"},
        kinds=["adjoints"],
    )
    (task,) = made.tasks
    wrong, told = known_mistakes(task)["adjoint:t"][0]
    place = [*task.answers].index("adjoint:t") + 1
    item = Item21(package(made, "qti21")["task1.xml"])
    score, said = item.score({f"R{place}": str(wrong)})
    assert score == task.answers["adjoint:t"].points / 4 and said == [f"R{place}_1"]
    words = {
        one.get("identifier"): "".join(one.itertext())
        for one in item.root.iter(f"{V21}modalFeedback")
    }
    assert told in words[said[0]]
    quiz = package(made, "qti12")["quiz.xml"]
    (question,) = (one for one in quiz.iter(f"{V12}item") if one.get("ident") == f"task1_R{place}")
    assert score12(question, str(wrong)) == 25 and score12(
        question, task.answers["adjoint:t"].exact
    )


def score12(question: ElementTree.Element, given: str) -> float:
    """The first condition that holds sets the score, of 100."""
    for rule in question.iter(f"{V12}respcondition"):
        assert rule.get("continue") == "No"
        conditions = rule.find(f"{V12}conditionvar")
        assert conditions is not None
        some = conditions.find(f"{V12}or")
        if (
            any(one.text == given for one in some)
            if some is not None
            else all(holds12(one, given) for one in conditions)
        ):
            return float(rule.findtext(f"{V12}setvar") or "nan")
    return 0.0


def holds12(one: ElementTree.Element, given: str) -> bool:
    if one.tag == f"{V12}varequal":
        return one.text == given
    number, bound = float(given), float(one.text or "nan")
    return number >= bound if one.tag == f"{V12}vargte" else number <= bound


@pytest.mark.parametrize("kind", KINDS)
def test_questions_of_version_1_2_give_the_points_of_the_sheet(kind: str) -> None:
    made = chainrule.sheet(3, kinds=[kind], seed=3, student="qti")
    files, task = package(made, "qti12"), made.tasks[0]
    assert listed(files) == {"quiz.xml"}
    items = [*files["quiz.xml"].iter(f"{V12}item")]
    points = {}
    for item in items:
        entries = [one.text or "" for one in item.iter(f"{V12}fieldentry")]
        points[str(item.get("ident"))] = float(entries[2])
    assert len(points) == len(items)
    assert sum(points.values()) == pytest.approx(task.points, abs=1e-9)
    answers = [*task.answers.values()]
    for item in items[1:]:
        number = int(str(item.get("ident")).split("_")[1].removeprefix("R"))
        answer = answers[number - 1]
        if answer.kind in ("number", "whole", "formula"):
            assert score12(item, answer.exact) == 100
            assert (
                score12(item, str(float(answer.exact) * 3 + 1 if answer.kind != "formula" else 7))
                < 100
            )
        elif answer.kind == "choice":
            labels = {
                "".join(one.itertext()): str(one.get("ident"))
                for one in item.iter(f"{V12}response_label")
            }
            assert {option for option in labels if score12(item, labels[option]) == 100} == {
                answer.exact
            }


def test_halves_stay_halves_and_without_a_key_nothing_is_marked() -> None:
    made = chainrule.sheet(chainrule.Recipe.read(HALVES), student="Ada")
    files = package(made, "qti21")
    assert [Item21(files[f"task{n}.xml"]).most for n in (1, 2)] == [t.points for t in made.tasks]
    assert any(answer.points % 1 for answer in made.key.values())
    for format in ("qti21", "qti12"):
        for root in package(made, format, "none").values():
            names = {one.tag.rpartition("}")[2] for one in root.iter()}
            assert not names & {"correctResponse", "mapping", "responseProcessing", "respcondition"}

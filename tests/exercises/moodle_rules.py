"""Moodle's rules for embedded answers, written from its documentation: fields, answers, marks.

Fields are found by pattern; entities are undone, then `\\}` and `\\#`; a short answer is compared
with `*` for anything unless it is `\\*`; a question's mark is the sum of its weights.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

FRACTION = r"(=|%(-?[0-9]+(?:[.,][0-9]*)?)%)?"
ALTERNATIVE = FRACTION + r"(.+?(?<!\\)(?<!&)(?<!&amp;)(?=[~#}]|$))(#(.*?(?<!\\)(?=[~}]|$)))?"
TYPES = "NUMERICAL|NM|MULTICHOICE|MC|SHORTANSWER_C|SHORTANSWER|SAC|SA|MWC|MW"
FIELD = re.compile(
    r"\{([0-9]*):(" + TYPES + r"):(" + ALTERNATIVE + "(?:~" + ALTERNATIVE + r")*)\}", re.DOTALL
)
ONE = re.compile("~?" + ALTERNATIVE, re.DOTALL)
NUMBER = r"-?(?:(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)(?:[eE][-+]?[0-9]+)?)"
NUMERICAL = re.compile(f"^({NUMBER})(?::({NUMBER}))?$")


@dataclass
class Alternative:
    fraction: float
    answer: str
    feedback: str


@dataclass
class MoodleField:
    weight: int
    type: str
    alternatives: list[Alternative]

    def given(self, typed: str) -> Alternative | None:
        """The first alternative that a typed answer meets."""
        for one in self.alternatives:
            if self.type == "NUMERICAL":
                wanted = NUMERICAL.match(one.answer)
                assert wanted, one.answer
                number = float(typed.replace(",", "."))
                reach = float(wanted[2] or 0) + 1e-10 * abs(float(wanted[1]))
                if abs(number - float(wanted[1])) <= reach:
                    return one
            elif self.type == "MULTICHOICE":
                if typed == one.answer:
                    return one
            elif _alike(one.answer, typed, self.type == "SHORTANSWER"):
                return one
        return None

    def mark(self, typed: str) -> float:
        found = self.given(typed)
        return 0.0 if found is None else found.fraction


def _alike(pattern: str, typed: str, any_case: bool) -> bool:
    bits = re.split(r"(?<!\\)\*+", pattern)
    wild = ".*".join(re.escape(bit.replace(r"\*", "*")) for bit in bits)
    return re.fullmatch(wild, typed.strip(), re.IGNORECASE if any_case else 0) is not None


def _undone(text: str) -> str:
    return html.unescape(text).replace(r"\}", "}").replace(r"\#", "#")


def fields(question: str) -> list[MoodleField]:
    """The fields of a question's text, in order."""
    found = []
    for match in FIELD.finditer(question):
        alternatives = []
        for one in ONE.finditer(match[3]):
            percent = 100.0 if one[1] == "=" else float(one[2] or 0)
            alternatives.append(Alternative(percent / 100, _undone(one[3]), _undone(one[5] or "")))
        found.append(MoodleField(int(match[1] or 1), match[2], alternatives))
    return found

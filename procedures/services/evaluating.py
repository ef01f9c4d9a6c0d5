"""How well the search answers a set of questions whose answers are known."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from portal.core.text import fold
from procedures import ranking, search
from procedures.models import Procedure

_LOOKED_AT: Final = 10


@dataclass(frozen=True, slots=True)
class Scores:
    first: float
    among_five: float
    mean_reciprocal_rank: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Scores with accents as written and without; what was left out, by reason."""

    used: int
    left_out: Counter[str]
    as_written: Scores
    without_accents: Scores


def evaluate(lines: Iterable[str]) -> Evaluation:
    """
    Ask every usable question of a file twice, as written and folded.

    A hit is any procedure with the same folded name as one that answers: the record holds one
    procedure under several codes.
    """
    names = {
        code: fold(name) for code, name in Procedure.objects.findable().values_list("code", "name")
    }
    left_out: Counter[str] = Counter()
    asked: list[tuple[str, set[str]]] = []
    for line in lines:
        if not line.strip():
            continue
        question = _read(line)
        reason, gold = _judge(question, names)
        if reason:
            left_out[reason] += 1
        else:
            asked.append((str(question["text"]), gold))
    return Evaluation(
        used=len(asked),
        left_out=left_out,
        as_written=_score(asked),
        without_accents=_score((fold(text), gold) for text, gold in asked),
    )


def _read(line: str) -> Mapping[str, Any]:
    try:
        question = json.loads(line)
    except ValueError:
        return {}
    return question if isinstance(question, dict) else {}


def _judge(question: Mapping[str, Any], names: Mapping[str, str]) -> tuple[str, set[str]]:
    if not str(question.get("text") or "").strip():
        return "không đọc được", set()
    if question.get("ambiguous"):
        return "câu hỏi mơ hồ", set()
    if question.get("context_dependent"):
        return "chỉ hiểu được trong cuộc trò chuyện", set()
    codes = question.get("gold_known") or question.get("gold_codes") or []
    if not codes:
        return "không có thủ tục trả lời", set()
    gold = {names[code] for code in codes if code in names}
    return ("", gold) if gold else ("thủ tục trả lời không có trong danh mục", set())


def _score(asked: Iterable[tuple[str, set[str]]]) -> Scores:
    places = [_place(text, gold) for text, gold in asked]
    number = len(places) or 1
    return Scores(
        first=sum(place == 1 for place in places) / number,
        among_five=sum(0 < place <= 5 for place in places) / number,
        mean_reciprocal_rank=sum(1 / place for place in places if place) / number,
    )


def _place(text: str, gold: set[str]) -> int:
    """
    Return where the first right answer stands, 0 if it is not among those looked at.

    Counted as people see them: a list shows each name once.
    """
    places: dict[str, int] = {}
    for row in ranking.rank(search.read_question(text)):
        place = places.setdefault(search.bare_name(row["folded_name"]), len(places) + 1)
        if row["folded_name"] in gold:
            return place if place <= _LOOKED_AT else 0
    return 0

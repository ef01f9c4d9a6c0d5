"""What people say for what the record calls otherwise: words shipped with the product."""

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from portal.core.text import fold

_FILE = Path(__file__).with_name("everyday.json")
_SIGNS = re.compile(r"[^\w.]+|_")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Folded: phrases of a mere question, words that tell little, and what sayings mean."""

    asking: re.Pattern[str]
    weak: frozenset[str]
    # Words that may stand inside a saying: "mẹ [tôi mới] mất".
    passed_over: frozenset[str]
    synonyms: dict[str, tuple[str, ...]]
    # Words of sayings and weak ones: no slips, though no procedure may hold them.
    said: frozenset[str]
    # How many words the longest saying has.
    reach: int

    def meanings(self, words: tuple[str, ...]) -> list[str]:
        """Return what the sayings among some words mean, each once."""
        found: dict[str, None] = {}
        bare = tuple(word for word in words if word not in self.passed_over)
        for told in dict.fromkeys((words, bare)):
            for start in range(len(told)):
                for end in range(start + 1, min(len(told), start + self.reach) + 1):
                    found |= dict.fromkeys(self.synonyms.get(" ".join(told[start:end]), ()))
        return list(found)


@cache
def load_vocabulary() -> Vocabulary:
    data = json.loads(_FILE.read_text(encoding="utf-8"))
    asking = sorted(map(_plain, data["asking"]), key=len, reverse=True)
    synonyms = {
        _plain(row["said"]): tuple(_plain(one) for one in row["meant"]) for row in data["synonyms"]
    }
    return Vocabulary(
        asking=re.compile(rf"\b(?:{'|'.join(map(re.escape, asking))})\b"),
        weak=frozenset(map(_plain, data["weak"])),
        passed_over=frozenset(map(_plain, data["passed_over"])),
        synonyms=synonyms,
        said=frozenset(
            [
                *(word for said in synonyms for word in said.split()),
                *map(_plain, data["weak"]),
                *map(_plain, data["passed_over"]),
            ]
        ),
        reach=max(said.count(" ") for said in synonyms) + 1,
    )


def _plain(text: str) -> str:
    return " ".join(_SIGNS.sub(" ", fold(text)).split())

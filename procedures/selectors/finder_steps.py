"""What a page of the finder is made of, in words and plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

# Names in the address are written as the rest of it is.
CASE: Final = "truong_hop"
CHANNEL: Final = "cach"
EXEMPTION: Final = "mien"
AGENCY: Final = "co_quan"
PLACE: Final = "xa"
# Which question was just sent: an empty answer is then a mistake, not a beginning.
SENT: Final = "hoi"
QUESTION: Final = "c_"
QUANTITY: Final = "so_"
NO_EXEMPTION: Final = "khong"
CHANNEL_SLUGS: Final = {"ONLINE": "truc-tuyen", "COUNTER": "tai-quay", "POST": "buu-chinh"}
MAX_QUANTITY: Final = 999
MAX_VALUE: Final = 120
MAX_PARAMS: Final = 20
MAX_RADIOS: Final = 8

Given = Mapping[str, str]


def read_given(query: Given) -> dict[str, str]:
    """Keep of an address what the finder may have written there."""
    known = {CASE, CHANNEL, EXEMPTION, AGENCY, PLACE, SENT}
    kept = {
        name: value.strip()
        for name, value in list(query.items())[:MAX_PARAMS]
        if (name in known or name.startswith((QUESTION, QUANTITY))) and len(name) <= MAX_VALUE
    }
    return {name: value[:MAX_VALUE].replace("\x00", "") for name, value in kept.items()}


@dataclass(frozen=True, slots=True)
class Choice:
    key: str
    text: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Input:
    """One input of a question: choices as radio buttons or as a list, or a text."""

    name: str
    label: str
    help: str = ""
    choices: tuple[Choice, ...] = ()
    is_list: bool = False
    value: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer given so far, and the address of the page that asks it again."""

    label: str
    text: str
    change: str


@dataclass(frozen=True, slots=True)
class FinderStep:
    """The next question; `hidden` carries the answers so far through the form."""

    code: str
    title: str
    number: int
    question: str
    inputs: tuple[Input, ...]
    values: dict[str, str]
    errors: dict[str, str]
    hidden: tuple[tuple[str, str], ...]
    answered: tuple[Answered, ...]

    @property
    def back(self) -> str:
        """The address of the question before, "" on the first."""
        return self.answered[-1].change if self.answered else ""

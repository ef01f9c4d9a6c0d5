"""The finder: a few questions, one a page, and what a procedure then asks of this very person."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from portal.core.dates import local_day
from portal.core.places import MAX_OFFERED, national_places
from portal.core.text import fold, whole_number
from procedures import facts
from procedures.enums import FeeStatus, FilingChannel
from procedures.models import Case, FeeRule
from procedures.naming import short_name
from procedures.questions import read_question, work_out
from procedures.selectors.detail_rows import agency_row
from procedures.selectors.finder_answer import FinderAnswer, Situation, make_answer
from procedures.selectors.finder_steps import (
    AGENCY,
    CASE,
    CHANNEL,
    CHANNEL_SLUGS,
    EXEMPTION,
    MAX_QUANTITY,
    MAX_RADIOS,
    NO_EXEMPTION,
    PLACE,
    QUANTITY,
    QUESTION,
    SENT,
    Answered,
    Choice,
    FinderStep,
    Given,
    Input,
)
from procedures.selectors.published import ListedPage, Published, load_published
from procedures.selectors.serving import Served

# Online filing needs an agency that takes it.
_ONLINE_LEVEL: Final = 3


def get_finder(*, code: str, given: Given, at: datetime) -> FinderStep | FinderAnswer | ListedPage:
    """
    Return the next question, or the answer when everything is known.

    An answer that the procedure does not know, or no longer, is asked for again.

    :raises NoSuchProcedure, ProcedureRepealed: as load_published.
    """
    loaded = load_published(code, on=local_day(at), with_questions=True)
    if isinstance(loaded, ListedPage):
        return loaded
    return _Walk(loaded, given, at=at).go()


@dataclass(slots=True)
class _Walk:
    """One way through the questions; `kept` is what the answers so far look like in an address."""

    loaded: Published
    given: Given
    at: datetime
    answered: list[Answered] = field(default_factory=list)

    def go(self) -> FinderStep | FinderAnswer:
        case = self.case()
        if isinstance(case, FinderStep):
            return case
        channel = self.channel(case)
        if isinstance(channel, FinderStep):
            return channel
        found = self.place_and_fee(case, channel)
        if isinstance(found, FinderStep):
            return found
        served, exemption, quantities = found
        situation = Situation(
            case=case,
            channel=channel,
            exemption=exemption,
            quantities=quantities,
            served=served,
            other_channel=self.other_channel(case, channel),
        )
        return make_answer(self.loaded, situation, answered=tuple(self.answered), at=self.at)

    def place_and_fee(
        self, case: Case, channel: str
    ) -> tuple[Served | None, str, dict[str, int]] | FinderStep:
        """Ask where to file and what the fee depends on; the place first where fees differ."""
        is_local = any(one.fee_key for one in self.loaded.local_rules)
        served = self.agency(channel) if is_local else None
        if isinstance(served, FinderStep):
            return served
        fees = self.loaded.terms(case, served).fees
        rules = facts.in_force(fees, channel=channel, on=local_day(self.at))
        exemption = self.exemption(rules)
        if isinstance(exemption, FinderStep):
            return exemption
        quantities = self.quantities(rules)
        if isinstance(quantities, FinderStep):
            return quantities
        served = served if is_local else self.agency(channel)
        return served if isinstance(served, FinderStep) else (served, exemption, quantities)

    def case(self) -> Case | FinderStep:
        cases = {one.key: one for one in self.loaded.cases}
        wanted = cases.get(self.given.get(CASE, ""))
        if wanted and len(cases) > 1:
            self.add(_("Trường hợp"), wanted.name, CASE)
        if wanted or len(cases) == 1:
            return wanted or self.loaded.cases[0]
        answers = {
            name.removeprefix(QUESTION): value
            for name, value in self.given.items()
            if name.startswith(QUESTION)
        }
        questions = [read_question(row) for row in self.loaded.questions]
        outcome = work_out(questions, cases=list(cases), answers=answers)
        for one in outcome.answered:
            self.add(one.question.text, one.option.text, QUESTION + one.question.key)
        if outcome.asked:
            return self.choose(
                QUESTION + outcome.asked.key,
                outcome.asked.text,
                [Choice(one.key, one.text) for one in outcome.asked.options],
                help_text=outcome.asked.help,
            )
        if len(outcome.cases) == 1:
            return cases[outcome.cases[0]]
        left = [Choice(key, cases[key].name, cases[key].hint) for key in outcome.cases]
        return self.choose(CASE, _("Trường hợp nào?"), left)

    def channel(self, case: Case) -> str | FinderStep:
        ways = self.ways(case)
        if len(ways) == 1:
            return ways[0]
        slug = self.given.get(CHANNEL, "")
        chosen = next((one for one in ways if CHANNEL_SLUGS[one] == slug), None)
        if chosen:
            self.add(_("Cách nộp"), str(facts.CHANNEL_NAMES[chosen]), CHANNEL)
            return chosen
        choices = [
            Choice(CHANNEL_SLUGS[one], str(facts.CHANNEL_NAMES[one]), _CHANNEL_HINTS[one]())
            for one in ways
        ]
        return self.choose(CHANNEL, _("Muốn nộp bằng cách nào?"), choices)

    def ways(self, case: Case) -> list[str]:
        """List the ways to file, online only where an agency takes it; by hand there always is."""
        online = any(one.level >= _ONLINE_LEVEL for one in self.loaded.served)
        asked = {one.channel for one in case.times.all()}
        ways = [one for one in CHANNEL_SLUGS if one in asked]
        return [one for one in ways if online or one != FilingChannel.ONLINE] or [
            FilingChannel.COUNTER
        ]

    def other_channel(self, case: Case, channel: str) -> str:
        """Return the address of the same answers filed online, "" where that is no choice."""
        if channel == FilingChannel.ONLINE or FilingChannel.ONLINE not in self.ways(case):
            return ""
        return self.address({**self.given, CHANNEL: CHANNEL_SLUGS[FilingChannel.ONLINE]})

    def exemption(self, rules: Iterable[FeeRule]) -> str | FinderStep:
        """Return the key of the category that frees from a fee, "" for none."""
        offered: dict[str, Choice] = {}
        for rule in rules:
            for one in rule.exemptions:
                proof = one.get("proof", "")
                hint = _("Cần: %(proof)s") % {"proof": proof} if proof else ""
                offered.setdefault(one["key"], Choice(one["key"], one["name"], hint))
        if not offered:
            return ""
        choices = [*offered.values(), Choice(NO_EXEMPTION, _("Không thuộc diện nào ở trên"))]
        chosen = next((one for one in choices if one.key == self.given.get(EXEMPTION)), None)
        if chosen is None:
            return self.choose(EXEMPTION, _("Có thuộc diện được miễn phí, lệ phí không?"), choices)
        self.add(_("Diện miễn phí"), chosen.text, EXEMPTION)
        return "" if chosen.key == NO_EXEMPTION else chosen.key

    def quantities(self, rules: Iterable[FeeRule]) -> dict[str, int] | FinderStep:
        asked = [one for one in rules if one.asks_quantity and one.status == FeeStatus.AMOUNT]
        counted: dict[str, int] = {}
        inputs: list[Input] = []
        for rule in asked:
            name, unit = QUANTITY + rule.key, rule.get_unit_display()
            number = whole_number(self.given.get(name, ""))
            if number is not None and number <= MAX_QUANTITY:
                counted[rule.key] = number
            label = _("Cần bao nhiêu %(unit)s?") % {"unit": unit}
            if len(asked) > 1:
                label = _("%(fee)s: bao nhiêu %(unit)s?") % {"fee": rule.name, "unit": unit}
            price = facts.amount_words(rule)
            inputs.append(
                Input(name, label, help=_("%(price)s. Không cần thì nhập 0.") % {"price": price})
            )
        if len(counted) == len(asked):
            for rule in asked:
                unit = rule.get_unit_display()
                self.add(rule.name, f"{counted[rule.key]} {unit}", QUANTITY + rule.key)
            return counted
        wrong = {
            QUANTITY + rule.key: _("Nhập một số từ 0 đến %(limit)d bằng chữ số.")
            % {"limit": MAX_QUANTITY}
            for rule in asked
            if rule.key not in counted
        }
        return self.step("so_luong", _("Cần bao nhiêu?"), inputs, wrong)

    def agency(self, channel: str) -> Served | FinderStep | None:
        served = self.loaded.served
        if channel == FilingChannel.ONLINE:
            served = [one for one in served if one.level >= _ONLINE_LEVEL]
        if len(served) < 2:
            return served[0] if served else None
        chosen = next((one for one in served if one.agency.key == self.given.get(AGENCY)), None)
        found = served if len(served) <= MAX_RADIOS else self.near(served)
        if chosen is None and len(served) > MAX_RADIOS and len(found) == 1:
            chosen = found[0]
        if chosen:
            name = AGENCY if self.given.get(AGENCY) == chosen.agency.key else PLACE
            self.add(_("Nơi nộp"), chosen.agency.name, name)
            return chosen
        if 0 < len(found) <= MAX_RADIOS:
            return self.choose(AGENCY, _("Nộp cho cơ quan nào?"), self.desks(found))
        return self.search(served)

    def desks(self, served: Iterable[Served]) -> list[Choice]:
        units = self.loaded.units
        rows = (agency_row(one, units, level_words="", is_chosen=False) for one in served)
        return [Choice(row.key, row.name, row.address) for row in rows]

    def near(self, served: list[Served]) -> list[Served]:
        """Find the agencies of a commune by its name, old or new, or by a part of their own."""
        typed = fold(self.given.get(PLACE, ""))
        if not typed:
            return []
        own = [one for one in served if typed in fold(one.agency.name)]
        exact = [one for one in own if fold(one.agency.name).endswith(f" {typed}")]
        if own:
            return exact or own
        communes = {fold(one.name) for one in national_places().suggest(typed)[:MAX_OFFERED]}
        return [
            one for one in served if any(fold(one.agency.name).endswith(name) for name in communes)
        ]

    def search(self, served: list[Served]) -> FinderStep:
        inputs = [
            Input(
                PLACE,
                _("Xã, phường nơi ở hoặc nơi làm thủ tục"),
                help=_("Gõ tên hiện nay hoặc tên cũ."),
                value=self.given.get(PLACE, ""),
            ),
            Input(
                AGENCY,
                _("Hoặc chọn cơ quan trong danh sách"),
                choices=tuple(Choice(one.agency.key, one.agency.name) for one in served),
                is_list=True,
            ),
        ]
        wrong = {}
        if self.given.get(PLACE):
            many = len(self.near(served)) > MAX_RADIOS
            wrong[PLACE] = (
                _("Nhiều cơ quan có tên như vậy; gõ đủ tên xã, phường.")
                if many
                else _(
                    "Không có cơ quan nào nhận thủ tục này ở nơi đó. Xem lại tên, hoặc chọn "
                    "trong danh sách."
                )
            )
        elif self.given.get(SENT) == PLACE:
            wrong[PLACE] = _("Gõ tên xã, phường, hoặc chọn cơ quan trong danh sách.")
        return self.step(PLACE, _("Nộp ở đâu?"), inputs, wrong, is_shown=bool(wrong))

    def choose(
        self, name: str, question: str, choices: Iterable[Choice], *, help_text: str = ""
    ) -> FinderStep:
        wrong = {name: _("Chọn một câu trả lời.")}
        inputs = [Input(name, question, help=help_text, choices=tuple(choices))]
        return self.step(name, question, inputs, wrong)

    def step(
        self,
        sent: str,
        question: str,
        inputs: list[Input],
        wrong: Mapping[str, str],
        *,
        is_shown: bool | None = None,
    ) -> FinderStep:
        names = {one.name for one in inputs}
        if is_shown is None:
            is_shown = self.given.get(SENT) == sent
        procedure, revision = self.loaded.procedure, self.loaded.revision
        values = {one.name: self.given.get(one.name, "") for one in inputs if not one.choices}
        return FinderStep(
            code=procedure.code,
            title=revision.everyday_name or short_name(revision.name),
            number=len(self.answered) + 1,
            question=question,
            inputs=tuple(inputs),
            values=values,
            errors=dict(wrong) if is_shown else {},
            hidden=(
                *(one for one in self.given.items() if one[0] not in {*names, SENT}),
                (SENT, sent),
            ),
            answered=tuple(self.answered),
        )

    def add(self, label: str, text: str, name: str) -> None:
        """Note an answer, with the address that asks it again and keeps the others."""
        rest = {key: value for key, value in self.given.items() if key != name}
        if name == AGENCY:
            rest.pop(PLACE, None)
        self.answered.append(Answered(label, text, self.address(rest)))

    def address(self, given: Given) -> str:
        return "?" + urlencode({key: one for key, one in given.items() if one and key != SENT})


_CHANNEL_HINTS: Final = {
    "ONLINE": lambda: _("Khai và gửi ảnh giấy tờ trên mạng; cần đăng nhập khi nộp."),
    "COUNTER": lambda: _("Mang giấy tờ đến cơ quan."),
    "POST": lambda: _("Gửi giấy tờ qua bưu điện."),
}

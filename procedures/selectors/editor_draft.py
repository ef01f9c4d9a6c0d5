"""The draft of a procedure as every page about one of its parts shows it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from portal.core.dates import format_moment
from procedures import levels
from procedures.enums import RevisionState
from procedures.levels import LEVEL_WORDS, Gap
from procedures.models import Procedure, Revision
from procedures.selectors import detail
from procedures.selectors.editor_parts import PartLink, part_links, part_url
from procedures.selectors.editor_words import StateTag, revision_tag
from procedures.selectors.serving import Content


class NoDraft(Exception):
    """Nobody is working on this procedure."""


@dataclass(frozen=True, slots=True)
class GapRow:
    sentence: StrOrPromise
    # Where it is mended, "" for what no part of the draft mends.
    url: str
    only_warns: bool


@dataclass(frozen=True, slots=True)
class LevelRow:
    """What is missing for one level, as "còn thiếu gì cho mức độ N" tells it."""

    level: int
    words: StrOrPromise
    gaps: tuple[GapRow, ...]
    # Nothing is missing, here or below.
    holds: bool


@dataclass(frozen=True, slots=True)
class DraftPage:
    """What templates/procedures/editor/draft_base.html needs, as `draft`."""

    procedure: Procedure
    revision: Revision
    state: StateTag
    # Who changed it last, and when, in words; "" while nobody has.
    edited: str
    # What the next edit would undo, "" for a plain draft.
    warning: str
    # To be posted with every change: a page made from an older one changes nothing.
    version: int
    parts: tuple[PartLink, ...]
    levels: tuple[LevelRow, ...]
    # Every information item is there: it may be sent to review.
    is_complete: bool
    # Neither in review nor scheduled.
    is_plain: bool

    @property
    def next_part(self) -> PartLink | None:
        """The part after the one that the page is about, None at the last or on no part's page."""
        at = next((n for n, one in enumerate(self.parts) if one.current), None)
        return None if at is None else next(iter(self.parts[at + 1 :]), None)


def get_draft_page(code: str, *, current: str = "") -> DraftPage:
    """
    Return the draft that people work on.

    :param current: the key of the part that the page is about.
    :raises NoSuchProcedure: if no procedure has this code.
    :raises NoDraft: if there is none, because none was begun or because it went out meanwhile.
    """
    revision = find_draft(code)
    # Whether an agency can be paid online is not for the content to say.
    gaps = levels.content_gaps(levels.load_parts(revision), can_pay_online=True)
    rows = level_rows(gaps, code=code)
    return DraftPage(
        procedure=revision.procedure,
        revision=revision,
        state=revision_tag(revision),
        edited=edited_words(revision),
        warning=_warning(revision),
        version=revision.version,
        parts=part_links(gaps, code=code, current=current),
        levels=rows,
        is_complete=rows[0].holds,
        is_plain=revision.state == RevisionState.DRAFT,
    )


def get_preview(code: str, *, asked: detail.Asked, at: datetime) -> detail.ProcedurePage:
    """
    Return the public page as the draft would have it.

    :raises NoSuchProcedure, NoDraft: as get_draft_page.
    :raises published.NothingToShow: if the draft has no case yet.
    """
    revision = find_draft(code)
    content = Content(*levels.content_levels(levels.load_parts(revision)))
    return detail.get_preview_page(revision, content=content, asked=asked, at=at)


def find_draft(code: str) -> Revision:
    """
    Return the revision that people work on, with its procedure and who had it in hand.

    :raises NoSuchProcedure, NoDraft: as get_draft_page.
    """
    revision = (
        Revision.objects.worked_on()
        .select_related(
            "procedure__field",
            "procedure__current_revision",
            "edited_by",
            "sent_by",
            "scheduled_by",
        )
        .filter(procedure__code=code)
        .first()
    )
    if revision is None:
        Procedure.objects.with_code(code)
        raise NoDraft(code)
    return revision


def level_rows(gaps: dict[int, tuple[Gap, ...]], *, code: str) -> tuple[LevelRow, ...]:
    reached = levels.reached(gaps)
    return tuple(
        LevelRow(
            level=level,
            words=words,
            gaps=tuple(_gap_rows(gaps.get(level, ()), code=code)),
            holds=level <= reached,
        )
        for level, words in LEVEL_WORDS.items()
    )


def edited_words(revision: Revision) -> str:
    if revision.edited_by is None:
        return ""
    if revision.edited_at is None:
        return revision.edited_by.full_name
    return _("%(name)s, %(moment)s") % {
        "name": revision.edited_by.full_name,
        "moment": format_moment(revision.edited_at),
    }


def _gap_rows(gaps: Iterable[Gap], *, code: str) -> Iterable[GapRow]:
    return (GapRow(gap.sentence, part_url(gap.part, code=code), gap.only_warns) for gap in gaps)


def _warning(revision: Revision) -> str:
    if revision.state == RevisionState.IN_REVIEW:
        return _(
            "Bản này đang chờ duyệt. Lưu một thay đổi sẽ đưa nó về dự thảo và phải gửi duyệt lại."
        )
    if revision.state == RevisionState.SCHEDULED and revision.publish_at is not None:
        return _(
            "Bản này đã hẹn công bố %s. Lưu một thay đổi sẽ hủy hẹn, đưa nó về dự thảo và phải "
            "gửi duyệt lại."
        ) % format_moment(revision.publish_at)
    return ""

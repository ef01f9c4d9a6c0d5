"""Passing on, in one act, all that somebody absent or gone has in hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _, ngettext

from accounts.enums import Role
from accounts.models import User
from accounts.selectors import list_staff
from accounts.selectors.units import find_person
from accounts.services.roles import NotInYourHouse, require_administrator
from dossiers import policies, transitions
from dossiers.enums import Action
from dossiers.models import Dossier, Step
from dossiers.services.assignment import NotACandidate
from portal.core.dates import local_day
from portal.core.db import requires_transaction
from portal.notices.enums import Medium
from portal.notices.outbox import queue_notice

# A role in a unit: (unit id, role).
Place = tuple[int, Role]


@dataclass(slots=True)
class Moved:
    """What became of the work: moved, no longer theirs, or about the successor themselves."""

    moved: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    own_affairs: list[str] = field(default_factory=list)


@transaction.atomic(durable=True)
def move_work(
    *,
    person_id: int,
    by: User,
    at: datetime,
    successors: Mapping[Place, int],
    seen: Sequence[int] = (),
) -> Moved:
    """
    Give all open steps of a person to successors, one for each role in each unit.

    :param seen: ids of the steps that the page showed: those that somebody finished or took
        meanwhile are reported, not touched.
    :raises NotInYourHouse: if person or unit is not among those that `by` looks after.
    :raises NotACandidate: if a successor does not hold that role in that unit today.
    """
    house = require_administrator(by, at=at).house
    if find_person(house, user_id=person_id) is None:
        raise NotInYourHouse(person_id)
    chosen = {
        place: _successor(place, to_id, person_id=person_id, at=at)
        for place, to_id in successors.items()
    }
    if not {unit_id for unit_id, _role in chosen} <= house.ids:
        raise NotInYourHouse(person_id)
    mine = Step.objects.open().filter(assignee=person_id, unit__in={place[0] for place in chosen})
    wanted = set(mine.values_list("dossier_id", flat=True))
    shown = Step.objects.filter(pk__in=seen, unit__in=house.ids)
    wanted |= set(shown.values_list("dossier_id", flat=True))
    # In the order of ids, as everything that locks several; then each step is read again.
    dossiers = {
        dossier.pk: dossier
        for dossier in Dossier.objects.locked()
        .filter(pk__in=wanted)
        .select_related("owner")
        .order_by("pk")
    }
    outcome, told = Moved(), dict.fromkeys(chosen, 0)
    current = {
        step.dossier_id: step
        for step in Step.objects.open().filter(dossier__in=dossiers).select_related("unit")
    }
    for dossier in dossiers.values():
        step = current.get(dossier.pk)
        if step is None or step.assignee_id != person_id:
            outcome.gone.append(dossier.code)
            continue
        place = (step.unit_id, Role(step.role))
        if place not in chosen:
            continue
        if policies.is_own_affair(dossier, chosen[place]):
            outcome.own_affairs.append(dossier.code)
            continue
        _give(dossier, step, to=chosen[place], by=by, at=at)
        outcome.moved.append(dossier.code)
        told[place] += 1
    _tell(chosen, told, person_id=person_id, at=at)
    return outcome


def _successor(place: Place, to_id: int, *, person_id: int, at: datetime) -> User:
    unit_id, role = place
    for user in list_staff(unit_id=unit_id, role=role, on=local_day(at)):
        if user.pk == to_id and user.pk != person_id:
            return user
    raise NotACandidate(to_id)


@requires_transaction
def _give(dossier: Dossier, step: Step, *, to: User, by: User, at: datetime) -> None:
    previous = step.assignee_id
    step.assignee = to
    step.claimed_at = at
    step.save(update_fields=["assignee", "claimed_at"])
    transitions.note(
        dossier,
        Action.CLAIM,
        by=by,
        at=at,
        unit=step.unit,
        data={"step": step.key, "reassigned_from": previous, "reassigned_to": to.pk},
    )


def _tell(
    chosen: Mapping[Place, User], told: Mapping[Place, int], *, person_id: int, at: datetime
) -> None:
    person = User.objects.get(pk=person_id)
    counts: dict[int, int] = {}
    for place, user in chosen.items():
        counts[user.pk] = counts.get(user.pk, 0) + told[place]
    for user in {user.pk: user for user in chosen.values()}.values():
        count = counts[user.pk]
        if not count:
            continue
        body = ngettext(
            "Ông/bà được giao tiếp %(count)d hồ sơ mà %(name)s đang xử lý. Các hồ sơ nằm ở hàng "
            "“Việc của tôi”.",
            "Ông/bà được giao tiếp %(count)d hồ sơ mà %(name)s đang xử lý. Các hồ sơ nằm ở hàng "
            "“Việc của tôi”.",
            count,
        ) % {"count": count, "name": person.full_name}
        queue_notice(
            kind="work-moved",
            medium=Medium.IN_APP,
            to="",
            recipient=user,
            subject_key=f"user:{person_id}",
            subject=_("Nhận bàn giao việc của %(name)s") % {"name": person.full_name},
            body=body,
            dedupe_key=f"work-moved:{person_id}:{at.isoformat()}:in_app:{user.pk}",
            at=at,
        )

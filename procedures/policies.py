"""Who may let the public see content: a publisher, and not whoever edited it last."""

from datetime import datetime

from accounts.enums import Role, Tier
from accounts.models import StaffRole, User
from accounts.selectors import list_roles
from portal.core.dates import local_day
from procedures.models import Revision, WorkflowVersion


class NotAnEditor(Exception):
    """Whoever would change the catalogue holds no such role today."""


class NotAPublisher(Exception):
    """Whoever would publish holds no such role today; what a person edited, a person publishes."""


class OwnEdit(Exception):
    """Whoever edited a revision last does not publish it."""


def require_editor(user: User, *, at: datetime) -> None:
    """:raises NotAnEditor: if `user` works on no catalogue today."""
    if not any(one.role in {Role.EDITOR, Role.PUBLISHER} for one in _held(user, at=at)):
        raise NotAnEditor(user.pk)


def require_publisher(user: User, *, at: datetime) -> list[StaffRole]:
    """
    Return the roles under which `user` may publish today.

    :raises NotAPublisher: if there are none.
    """
    held = [one for one in _held(user, at=at) if one.role == Role.PUBLISHER]
    if not held:
        raise NotAPublisher(user.pk)
    return held


def needs_small_office(
    revision: Revision | WorkflowVersion, publisher: User, *, at: datetime
) -> bool:
    """
    Tell whether one person does both here, which only a commune of few people may.

    :raises NotAPublisher: if `publisher` may not publish now.
    :raises OwnEdit: if `publisher` edited it last, anywhere else.
    """
    held = require_publisher(publisher, at=at)
    if revision.edited_by_id != publisher.pk:
        return False
    if not any(_is_small_office(one) for one in held):
        raise OwnEdit(revision.pk)
    return True


def _held(user: User, *, at: datetime) -> list[StaffRole]:
    return list_roles(user, on=local_day(at))


def _is_small_office(role: StaffRole) -> bool:
    agency = role.unit.agency
    return agency is not None and agency.small_office and agency.tier != Tier.PROVINCE

"""Another password, by who knows the one in use."""

from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from accounts.models import User
from accounts.security import SecurityEventKind
from accounts.services import devices, security
from accounts.services.contacts import require_password
from accounts.services.recovery import AccountGone, tell_of_new_password
from accounts.services.staff_notices import tell_of_new_password as tell_staff_of_new_password


@sensitive_variables("current", "password")
def change_password(
    *, user: User, current: str, password: str, client: str, session_key: str, at: datetime
) -> User:
    """
    Change a password, end all other sessions and tell the owner.

    :raises WrongPassword: if the one in use is another.
    :raises AccountGone: if the account can no longer be used, or its password just changed.
    :raises TooManyRequests: after too many wrong ones.
    """
    require_password(user, current, client=client, at=at)
    return _store(user, password=password, session_key=session_key, at=at)


@transaction.atomic(durable=True)
@sensitive_variables("password")
def _store(seen: User, *, password: str, session_key: str, at: datetime) -> User:
    usable = User.objects.usable().select_for_update(of=("self",), no_key=True)
    # Of two at once, who checked against the password in use is first, the other too late.
    user: User | None = usable.filter(pk=seen.pk, password=seen.password).first()
    if user is None:
        raise AccountGone
    user.password = make_password(password)
    user.save(update_fields=["password"])
    count = devices.end_others(user, but=session_key)
    security.record(SecurityEventKind.PASSWORD_CHANGED, at=at, user=user)
    ended = SecurityEventKind.SIGNED_OUT_ELSEWHERE
    security.record(ended, at=at, user=user, data={"devices": count})
    if user.is_staff_member:
        # Staff have no "Quên mật khẩu": their unit administrator helps.
        tell_staff_of_new_password(user, at=at)
    else:
        tell_of_new_password(user, at=at)
    return user

"""Who a session belongs to: a living account or nobody. Passwords are checked by sign_in."""

from django.contrib.auth.backends import BaseBackend

from accounts.models import User


class UsableAccounts(BaseBackend):
    """
    Find the account of a session.

    It authenticates nobody: one name may mean several accounts here, which Django's `authenticate`
    cannot say. An account that was closed or merged is signed out by the next request.
    """

    def get_user(self, user_id: int) -> User | None:
        user: User | None = User.objects.usable().filter(pk=user_id).first()
        return user

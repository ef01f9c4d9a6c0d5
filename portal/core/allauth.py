"""
django-allauth as far as it is used: the client of accounts.eid, none of its pages.

Its models are imported by its own adapters, so its two apps are installed; nothing writes to their
tables, and no address leads to one of its views.
"""

from allauth.account.apps import AccountConfig
from allauth.socialaccount.apps import SocialAccountConfig


class AllauthAccounts(AccountConfig):  # type: ignore[misc]  # not typed
    """Without its middleware, which serves the pages of allauth that are not mounted."""

    default_auto_field = "django.db.models.AutoField"

    def ready(self) -> None:
        """Ask for nothing: the checks of its sign-in forms are about what is switched off."""


class AllauthSocialAccounts(SocialAccountConfig):  # type: ignore[misc]  # not typed
    """Without its registry: the one provider is made by accounts.eid.adapter."""

    default_auto_field = "django.db.models.AutoField"

    def ready(self) -> None:
        """Register no provider."""

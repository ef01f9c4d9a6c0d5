from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Tài khoản và đơn vị"

    def ready(self) -> None:
        # Imported late: it imports models, which are not loaded before this.
        from accounts.middleware import (  # noqa: PLC0415
            date_session,
            note_consent,
            note_device,
            note_sign_in,
        )

        user_logged_in.connect(date_session, dispatch_uid="accounts.date-session")
        user_logged_in.connect(note_consent, dispatch_uid="accounts.note-consent")
        user_logged_in.connect(note_device, dispatch_uid="accounts.note-device")
        user_logged_in.connect(note_sign_in, dispatch_uid="accounts.note-sign-in")

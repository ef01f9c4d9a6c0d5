from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "portal.notices"
    label = "notices"

    def ready(self) -> None:
        """Register the system checks."""
        from portal.notices import checks  # noqa: F401, PLC0415 - checks register when imported

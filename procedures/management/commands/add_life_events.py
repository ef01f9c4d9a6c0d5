"""`manage.py add_life_events`: the life events that the portal ships, where they are missing."""

from django.core.management.base import BaseCommand

from procedures.services.default_life_events import add_default_events


class Command(BaseCommand):
    help = "Thêm các sự kiện có sẵn (sinh con, kết hôn…) còn thiếu; không sửa sự kiện đã có."

    def handle(self, *_args: object, **_options: object) -> None:
        self.stdout.write(f"Đã thêm {add_default_events()} sự kiện.")

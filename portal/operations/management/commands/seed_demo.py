"""Fill an empty database with the demonstration; run again, it finishes what it finds begun."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal.operations.services import seed_dossiers


class Command(BaseCommand):
    help = "Tạo dữ liệu trình diễn: một tỉnh giả định, tám thủ tục, sáu mươi hồ sơ."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                "Chỉ tạo dữ liệu trình diễn trong bản trình diễn (portal.settings.demo)."
            )
        try:
            has_worked = seed_dossiers.seed(at=timezone.now(), tell=self._tell)
        except seed_dossiers.OtherData as error:
            raise CommandError(
                "Cơ sở dữ liệu đang có dữ liệu khác; dữ liệu trình diễn cần một nơi trống."
            ) from error
        self._tell("xong." if has_worked else "đã có đủ, không đổi gì.")

    def _tell(self, line: str) -> None:
        self.stdout.write(f"Dữ liệu trình diễn: {line}")
        self.stdout.flush()

"""Fill an empty database with the demonstration; run again, it finishes what it finds begun."""

import os
from argparse import ArgumentParser
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal.operations.services import seed_dossiers

_GENTLY: Final = 10


class Command(BaseCommand):
    help = "Tạo dữ liệu trình diễn: một tỉnh giả định, hai mươi mốt thủ tục, ba trăm hồ sơ."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--first",
            action="store_true",
            help="chỉ phần cần có khi mở cửa; chạy lại không có tùy chọn này để làm nốt",
        )
        parser.add_argument(
            "--gently", action="store_true", help="nhường bộ xử lý cho các tiến trình khác"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                "Chỉ tạo dữ liệu trình diễn trong bản trình diễn (portal.settings.demo)."
            )
        if options["gently"]:
            os.nice(_GENTLY)
        try:
            has_worked = seed_dossiers.seed(
                at=timezone.now(), tell=self._tell, only_first=options["first"]
            )
        except seed_dossiers.OtherData as error:
            raise CommandError(
                "Cơ sở dữ liệu đang có dữ liệu khác; dữ liệu trình diễn cần một nơi trống."
            ) from error
        self._tell("xong." if has_worked else "đã có đủ, không đổi gì.")

    def _tell(self, line: str) -> None:
        self.stdout.write(f"Dữ liệu trình diễn: {line}")
        self.stdout.flush()

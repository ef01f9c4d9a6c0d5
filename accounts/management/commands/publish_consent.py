"""Publish new words about personal data: every citizen is asked at the next sign-in."""

from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.services import consents


class Command(BaseCommand):
    help = "Công bố lời đồng ý xử lý dữ liệu cá nhân mới: mỗi dòng của tệp là một ý."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("version", help="ví dụ 2027-03")
        parser.add_argument("valid_from", type=date.fromisoformat, help="ví dụ 2027-03-01")
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        lines = options["file"].read_text(encoding="utf-8").splitlines()
        points = [line.strip() for line in lines if line.strip()]
        if not points:
            raise CommandError("Tệp không có dòng nào.")
        try:
            row = consents.publish(
                version=options["version"], valid_from=options["valid_from"], points=points
            )
        except consents.NotNewer as error:
            raise CommandError("Đã có bản này, hoặc ngày không sau bản mới nhất.") from error
        self.stdout.write(f"Đã lưu bản {row.version}, sha256 {row.sha256}.")

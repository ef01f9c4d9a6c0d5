"""How long closed dossiers of one procedure are kept, where that is not the common term."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.operations.services import disposals


class Command(BaseCommand):
    help = "Đặt thời hạn lưu hồ sơ của một thủ tục, tính bằng tháng."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("procedure_code", help="ví dụ 1.001193")
        parser.add_argument("months", type=int, help="ví dụ 240")
        parser.add_argument("valid_from", type=date.fromisoformat, help="ví dụ 2027-01-01")
        parser.add_argument("source", help="căn cứ pháp lý")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["months"] <= 1200:
            raise CommandError("Số tháng phải từ 1 đến 1200.")
        rule = disposals.set_rule(
            procedure_code=options["procedure_code"],
            months=options["months"],
            valid_from=options["valid_from"],
            source=options["source"],
        )
        self.stdout.write(f"Đã lưu: {rule}.")

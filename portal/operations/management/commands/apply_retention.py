"""What keeps its term is kept, the rest goes: what beat does every night, by hand."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from portal.operations.services import retention


class Command(BaseCommand):
    help = "Xóa những gì hết hạn lưu: hồ sơ nháp, tệp không ai giữ, lời của thông báo cũ."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="chỉ đếm, không thay đổi gì")

    def handle(self, *args: Any, **options: Any) -> None:
        act = retention.due if options["dry_run"] else retention.apply
        for line in act(at=timezone.now()).lines():
            self.stdout.write(line)

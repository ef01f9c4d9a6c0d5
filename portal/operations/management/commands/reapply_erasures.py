"""After a restore: erase again whoever was erased since the backup was taken."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from portal.operations.services import erasures


class Command(BaseCommand):
    help = "Sau khi khôi phục: xóa lại dữ liệu của những người đã được xóa (ERASURE_LIST_DIR)."

    def handle(self, *args: Any, **options: Any) -> None:
        found, look_at = erasures.reapply(at=timezone.now())
        for line in look_at:
            self.stderr.write(line)
        self.stdout.write(f"Đã xóa lại {found} tài khoản.")

"""Recompute chains and seals; name every first row that is not as it was written; exit with 1."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal.operations.models import AuditDigest
from portal.operations.services.audit_check import find_broken


class Command(BaseCommand):
    help = "Kiểm tra nhật ký: chuỗi diễn biến, sổ thu, niêm phong hằng ngày và bản sao của nó."

    def handle(self, *args: Any, **options: Any) -> None:
        found = 0
        for broken in find_broken(at=timezone.now()):
            found += 1
            self.stderr.write(str(broken))
        if found:
            raise CommandError(f"Nhật ký có {found} chỗ không còn như khi ghi.")
        last = AuditDigest.objects.defer("leaves").order_by("-sequence").first()
        sealed = (
            f"niêm phong đến hết ngày {last.day:%d/%m/%Y}" if last else "chưa niêm phong ngày nào"
        )
        self.stdout.write(f"Nhật ký nguyên vẹn, {sealed}.")

"""Look whether what is stored still holds together; exit with 1 if anything does not."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dossiers.services.verification import find_broken_dossiers
from payments.services.verification import verify_ledger


class Command(BaseCommand):
    help = "Kiểm tra dữ liệu: chuỗi diễn biến, sổ thu, số đã nộp, bước đang mở."

    def handle(self, *args: Any, **options: Any) -> None:
        found = 0
        for line in (*find_broken_dossiers(), *verify_ledger()):
            found += 1
            self.stderr.write(line)
        if found:
            raise CommandError(f"Có {found} chỗ không khớp.")
        self.stdout.write("Dữ liệu khớp.")

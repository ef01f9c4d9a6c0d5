"""Take the national record of procedures into the catalogue, after a look if one is wanted."""

import gzip
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from procedures.importing.reading import read_file
from procedures.services.importing import (
    ImportReport,
    Outcome,
    UnreadableFile,
    describe_kind,
    import_records,
)

_OUTCOMES = {
    Outcome.PUBLISHED: "công bố",
    Outcome.DRAFTED: "để thành dự thảo, vì đã có người biên tập",
    Outcome.LISTED: "chỉ có tên, chưa đủ thông tin",
    Outcome.UNCHANGED: "không đổi",
    Outcome.LEFT: "giữ nguyên nội dung đang có",
}


class Command(BaseCommand):
    help = "Nhập danh mục thủ tục quốc gia từ tệp JSON Lines (có thể nén .gz): được cả hoặc không."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="tệp .jsonl hoặc .jsonl.gz")
        parser.add_argument("--dry-run", action="store_true", help="chỉ xem, không lưu gì")
        parser.add_argument("--report", type=Path, help="ghi báo cáo từng dòng vào tệp này")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"Không có tệp {path}.")
        try:
            report = import_records(read_file(path), at=timezone.now(), dry_run=options["dry_run"])
        except UnreadableFile as unreadable:
            for line in unreadable.lines:
                self.stderr.write(f"dòng {line.line}: {line.why}")
            raise CommandError(
                f"Có {len(unreadable.lines)} dòng không nhập được; chưa lưu gì."
            ) from unreadable
        except (gzip.BadGzipFile, EOFError) as broken:
            raise CommandError("Tệp nén bị hỏng; chưa lưu gì.") from broken
        self._tell(report, options["report"])
        if options["dry_run"]:
            self.stdout.write("Chỉ xem thử: chưa lưu gì.")

    def _tell(self, report: ImportReport, path: Path | None) -> None:
        lines = [
            f"dòng {one.line} · {one.code} · {_OUTCOMES[one.outcome]}"
            + "".join(f" · {finding}" for finding in one.findings)
            for one in report.told
            if one.findings or one.outcome != Outcome.UNCHANGED
        ]
        if path is not None:
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        else:
            for line in lines:
                self.stdout.write(line)
        self.stdout.write(f"{len(report.told)} bản ghi")
        for outcome, words in _OUTCOMES.items():
            if count := report.outcomes[outcome]:
                self.stdout.write(f"  {count:>6}  {words}")
        for kind, count in report.kinds.most_common():
            self.stdout.write(f"  {count:>6}  {describe_kind(kind)}")
        reviewed = sum(one.needs_review for one in report.told)
        self.stdout.write(f"  {reviewed:>6}  bản ghi cần người xem lại")

"""Say how well the search answers a file of questions with known answers."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from procedures.services.evaluating import Scores, evaluate


class Command(BaseCommand):
    help = "Chấm tìm kiếm bằng tệp câu hỏi JSON Lines có sẵn mã thủ tục trả lời."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="tệp .jsonl, mỗi dòng một câu hỏi")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"Không có tệp {path}.")
        with path.open(encoding="utf-8") as lines:
            result = evaluate(lines)
        total = result.used + result.left_out.total()
        self.stdout.write(f"{total} câu hỏi, dùng {result.used}")
        for reason, count in result.left_out.most_common():
            self.stdout.write(f"  bỏ {count}: {reason}")
        self._tell("có dấu", result.as_written)
        self._tell("không dấu", result.without_accents)

    def _tell(self, which: str, scores: Scores) -> None:
        self.stdout.write(
            f"{which:<10} hit@1 {scores.first:.3f}  hit@5 {scores.among_five:.3f}  "
            f"MRR {scores.mean_reciprocal_rank:.3f}"
        )

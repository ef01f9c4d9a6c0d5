"""Write the search index of the whole catalogue anew."""

from typing import Any

from django.core.management.base import BaseCommand

from procedures.services.reindexing import index_catalogue


class Command(BaseCommand):
    help = "Lập lại chỉ mục tìm kiếm của toàn bộ danh mục."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Đã lập chỉ mục {index_catalogue()} thủ tục.")

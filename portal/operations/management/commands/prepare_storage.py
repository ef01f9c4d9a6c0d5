"""Make the place where files are kept, once per installation; again it does nothing."""

from typing import Any

from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand

from portal.core.object_storage import ObjectStorage


class Command(BaseCommand):
    help = "Tạo nơi lưu tệp (bucket) nếu chưa có."

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        # A folder needs nothing: it is made with its first file.
        storage: Any = default_storage
        made = isinstance(storage, ObjectStorage) and storage.ensure_bucket()
        self.stdout.write("Đã tạo nơi lưu tệp." if made else "Nơi lưu tệp đã sẵn sàng.")

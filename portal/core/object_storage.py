"""
Files in an object store that speaks S3: private, never overwritten, never by an address.

What goes wrong there is raised as OSError, as from a disk, so that `portal.core.files` and the
views know one kind of trouble only.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, NoReturn

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.client import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files import File
from storages.backends.s3 import S3Storage

# A citizen waits: three seconds to connect, ten for an answer, one more try.
CLIENT: Final = Config(
    signature_version="s3v4",
    s3={"addressing_style": "path"},
    connect_timeout=3,
    read_timeout=10,
    retries={"mode": "standard", "total_max_attempts": 2},
    # Stores other than Amazon's do not all know the newer checksums; ours is compared anyway.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)


class ObjectStorage(S3Storage):  # type: ignore[misc]  # not typed
    """The bucket that holds files of citizens and what we issue."""

    def get_default_settings(self) -> dict[str, Any]:
        return {
            **super().get_default_settings(),
            "client_config": CLIENT,
            "transfer_config": TransferConfig(use_threads=False),
            "default_acl": None,
            "file_overwrite": False,
            "querystring_auth": False,
        }

    def url(self, *_arguments: Any, **_options: Any) -> NoReturn:
        """Refuse: a file leaves only through a view that has asked who may see it."""
        raise ValueError("This file is not accessible via a URL.")

    def exists(self, name: str) -> bool:
        with _as_os_error():
            found: bool = super().exists(name)
        return found

    def delete(self, name: str) -> None:
        with _as_os_error():
            super().delete(name)

    def size(self, name: str) -> int:
        with _as_os_error():
            size: int = super().size(name)
        return size

    def ensure_bucket(self) -> bool:
        """Make the bucket where it is missing; return whether it was."""
        client = self.connection.meta.client
        with _as_os_error():
            try:
                client.head_bucket(Bucket=self.bucket_name)
            except ClientError as error:
                if _status(error) != 404:
                    raise
                client.create_bucket(Bucket=self.bucket_name)
                return True
        return False

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        with _as_os_error():
            kept: Any = super()._open(name, mode)
            if "r" in mode:
                # Fetched now: a store that fails half-way fails before an answer has begun.
                _ = kept.file
        opened: File[bytes] = kept
        return opened

    def _save(self, name: str, content: File[bytes]) -> str:
        with _as_os_error():
            saved: str = super()._save(name, content)
        return saved


@contextmanager
def _as_os_error() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if _status(error) == 404 and error.operation_name != "HeadBucket":
            raise FileNotFoundError(error.operation_name) from error
        raise OSError(f"{error.operation_name}: {_status(error)}") from error
    except (BotoCoreError, Boto3Error) as error:
        raise OSError(type(error).__name__) from error


def _status(error: ClientError) -> int:
    status: int = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status

"""Where files of citizens are kept: a folder, or a bucket of an object store that speaks S3."""

from pathlib import Path
from typing import Any

from environ import Env


def file_storage(env: Env) -> dict[str, Any]:
    """Return the `default` of STORAGES: the bucket if one is named, else the folder FILE_ROOT."""
    bucket: str = env.str("S3_BUCKET", default="")
    return _bucket(env, bucket) if bucket else _folder(Path(env.str("FILE_ROOT")))


def _folder(root: Path) -> dict[str, Any]:
    return {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": root,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    }


def _bucket(env: Env, name: str) -> dict[str, Any]:
    return {
        "BACKEND": "portal.core.object_storage.ObjectStorage",
        "OPTIONS": {
            "bucket_name": name,
            "endpoint_url": env.str("S3_ENDPOINT_URL", default="") or None,
            "region_name": env.str("S3_REGION", default="us-east-1"),
            "access_key": env.str("S3_ACCESS_KEY"),
            "secret_key": env.str("S3_SECRET_KEY"),
        },
    }

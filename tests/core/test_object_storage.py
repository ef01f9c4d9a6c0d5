"""Files in an object store: moto speaks S3 inside this process, so no socket is opened."""

import hashlib
from collections.abc import Iterator

import boto3
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.core.management import call_command
from environ import Env
from moto import mock_aws

from portal.core.files import (
    FileDamaged,
    StorageUnavailable,
    delete_stored,
    open_stored,
    read_stored,
    store_bytes,
)
from portal.core.object_storage import ObjectStorage
from portal.settings.storage import file_storage

BUCKET = "portal-files"
DATA = "Giấy khai sinh của Nguyễn Thị Hường".encode()


def s3_settings() -> dict[str, object]:
    env = Env()
    env.ENVIRON = {"S3_BUCKET": BUCKET, "S3_ACCESS_KEY": "key", "S3_SECRET_KEY": "secret"}
    return file_storage(env)


@pytest.fixture
def bucket(settings) -> Iterator[object]:
    """Let files be kept in a bucket for one test."""
    kept = settings.STORAGES
    with mock_aws():
        settings.STORAGES = {**kept, "default": s3_settings()}
        assert isinstance(storages["default"], ObjectStorage)
        call_command("prepare_storage", verbosity=0)
        yield boto3.resource("s3").Bucket(BUCKET)
    settings.STORAGES = kept


def test_a_kept_file_comes_back_whole(bucket):
    key = store_bytes(DATA)

    with open_stored(key) as file:
        assert file.read() == DATA
    assert read_stored(key, sha256=hashlib.sha256(DATA).hexdigest()) == DATA
    assert [entry.key for entry in bucket.objects.all()] == [key]


def test_a_removed_file_is_damaged_and_removing_it_again_is_no_error(bucket):
    key = store_bytes(DATA)

    delete_stored(key)
    delete_stored(key)

    with pytest.raises(FileDamaged):
        open_stored(key)


def test_a_changed_object_is_found_out(bucket):
    key = store_bytes(DATA)
    bucket.Object(key).put(Body=b"something else")

    with pytest.raises(FileDamaged):
        read_stored(key, sha256=hashlib.sha256(DATA).hexdigest())


def test_objects_are_private_and_have_no_address(bucket):
    key = store_bytes(DATA)

    grants = bucket.Object(key).Acl().grants
    assert {grant["Permission"] for grant in grants} == {"FULL_CONTROL"}
    assert all("URI" not in grant["Grantee"] for grant in grants)
    with pytest.raises(ValueError, match="not accessible"):
        default_storage.url(key)


def test_a_name_that_is_taken_is_never_written_over(bucket):
    first = default_storage.save("previews/a.png", ContentFile(b"one"))
    second = default_storage.save("previews/a.png", ContentFile(b"two"))

    assert first != second
    with default_storage.open(first) as file:
        assert file.read() == b"one"


def test_a_store_that_is_gone_is_said_as_unavailable(bucket):
    bucket.delete()

    with pytest.raises(StorageUnavailable):
        store_bytes(DATA)
    with pytest.raises(FileNotFoundError):
        default_storage.size("kept/none")


def test_prepare_storage_may_run_again(bucket):
    call_command("prepare_storage", verbosity=0)

    assert [found.name for found in boto3.resource("s3").buckets.all()] == [BUCKET]


def test_without_a_bucket_files_are_kept_in_a_folder(tmp_path):
    env = Env()
    env.ENVIRON = {"FILE_ROOT": str(tmp_path)}

    described = file_storage(env)

    assert described["BACKEND"].endswith("FileSystemStorage")
    assert described["OPTIONS"]["location"] == tmp_path

"""Requests about personal data, and copies: the plainest request waits for its answer."""

import hashlib
from datetime import timedelta

import factory
from django.utils import timezone

from accounts.enums import Role
from portal.core.files import store_bytes
from portal.operations.enums import RequestKind
from portal.operations.models import DataExport, DataRequest, Disposal
from tests.factories.accounts import CitizenFactory, StaffFactory


class DataRequestFactory(factory.django.DjangoModelFactory[DataRequest]):
    class Meta:
        model = DataRequest

    user = factory.SubFactory(CitizenFactory)
    kind = RequestKind.ERASE
    received_at = factory.LazyFunction(timezone.now)
    answer_due_at = factory.LazyAttribute(lambda one: one.received_at + timedelta(days=2))
    due_at = factory.LazyAttribute(lambda one: one.received_at + timedelta(days=20))


class DataExportFactory(factory.django.DjangoModelFactory[DataExport]):
    """A copy that is ready, with its file, good for a day."""

    class Meta:
        model = DataExport

    class Params:
        data = b"PK: a copy"

    user = factory.SubFactory(CitizenFactory)
    requested_at = factory.LazyFunction(timezone.now)
    due_at = factory.SelfAttribute("requested_at")
    ready_at = factory.SelfAttribute("requested_at")
    expires_at = factory.LazyAttribute(lambda one: one.ready_at + timedelta(hours=24))
    storage_key = factory.LazyAttribute(lambda one: store_bytes(one.data))
    sha256 = factory.LazyAttribute(lambda one: hashlib.sha256(one.data).hexdigest())
    size = factory.LazyAttribute(lambda one: len(one.data))


class DisposalFactory(factory.django.DjangoModelFactory[Disposal]):
    """A disposal that was dropped: as many as one likes may stand side by side."""

    class Meta:
        model = Disposal

    codes = factory.LazyFunction(lambda: ["H99.11-161121-0001"])
    ground = "Luật Lưu trữ (120 tháng)"
    proposed_by = factory.SubFactory(StaffFactory, role=Role.SYSTEM_ADMIN)
    proposed_at = factory.LazyFunction(timezone.now)
    dropped_at = factory.SelfAttribute("proposed_at")

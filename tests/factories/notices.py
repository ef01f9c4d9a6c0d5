"""Notices: the plainest row is a text message that is due now."""

from datetime import datetime

import factory

from portal.notices.enums import Medium
from portal.notices.models import Notice
from tests.notices import NOW


class NoticeFactory(factory.django.DjangoModelFactory[Notice]):
    class Meta:
        model = Notice

    class Params:
        email = factory.Trait(medium=Medium.EMAIL, to="lan@example.vn")
        failed = factory.Trait(failed_at=NOW, last_error="unanswered", attempts=3)

    medium = Medium.SMS
    kind = "dossier-accepted"
    to = "84912345678"
    subject_key = "dossier:H99.11-261121-0001"
    subject = "Hồ sơ đã được tiếp nhận"
    body = "DVC: Ho so H99.11-261121-0001 da duoc tiep nhan."
    dedupe_key = factory.Sequence(lambda number: f"test:{number}")
    created_at: datetime = NOW
    due_at = factory.SelfAttribute("created_at")

from email import message_from_bytes, policy

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from portal.notices import smtp
from portal.notices.media import MediumUnavailable, Undeliverable
from tests.factories.notices import NoticeFactory
from tests.notices.conftest import free_port

pytestmark = pytest.mark.django_db


@pytest.fixture
def slip(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "files"},
        },
    }
    key = default_storage.save("slips/a1", ContentFile(b"%PDF-1.7 slip"))
    return {"key": key, "name": "Giấy tiếp nhận.pdf", "mime": "application/pdf"}


def read_mail(simulator):
    [message] = simulator.messages()
    raw = (simulator.directory / message.name).read_bytes()
    return message_from_bytes(raw, policy=policy.default)


def test_send_hands_over_one_message_with_its_words_and_ids(simulator):
    notice = NoticeFactory(email=True, body="Kính gửi ông/bà,\n\nHồ sơ đã được tiếp nhận.\n")

    provider_id = smtp.send(notice)

    mail = read_mail(simulator)
    assert mail["To"] == "lan@example.vn"
    assert mail["From"] == "Cổng Dịch vụ công <dvc@h99.example.vn>"
    assert mail["Subject"] == "Hồ sơ đã được tiếp nhận"
    assert mail["Message-ID"] == provider_id == f"<{notice.message_id.hex}@h99.example.vn>"
    assert mail["X-Dedupe-Key"] == notice.dedupe_key
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "Hồ sơ đã được tiếp nhận." in mail.get_content()


def test_send_attaches_stored_files(simulator, slip):
    smtp.send(NoticeFactory(email=True, attachments=[slip]))

    [attached] = read_mail(simulator).iter_attachments()
    assert attached.get_filename() == "Giấy tiếp nhận.pdf"
    assert attached.get_content_type() == "application/pdf"
    assert attached.get_content() == b"%PDF-1.7 slip"


def test_send_waits_for_a_file_that_is_not_there_yet(simulator, slip):
    default_storage.delete(slip["key"])

    with pytest.raises(MediumUnavailable) as unavailable:
        smtp.send(NoticeFactory(email=True, attachments=[slip]))

    assert unavailable.value.reason == "attachment missing"
    assert simulator.messages() == []


@pytest.mark.parametrize(
    "to",
    [
        "lan@example.vn\nBcc: victim@example.vn",
        "lan@example.vn\r\nX-Evil: 1",
        "lan@example.vn, victim@example.vn",
        "Lan <lan@example.vn>",
        "lan",
    ],
)
def test_send_refuses_an_address_that_is_more_than_one_address(simulator, to):
    with pytest.raises(Undeliverable) as refused:
        smtp.send(NoticeFactory(email=True, to=to))

    assert refused.value.failure == "bad-address"
    assert simulator.messages() == []


@pytest.mark.parametrize("field", ["subject", "dedupe_key"])
def test_send_lets_no_header_be_injected(simulator, field):
    notice = NoticeFactory(email=True, **{field: "Hồ sơ\r\nBcc: victim@example.vn"})

    with pytest.raises(Undeliverable) as refused:
        smtp.send(notice)

    assert refused.value.failure == "bad-message"
    assert simulator.messages() == []


def test_send_cannot_be_injected_through_the_name_of_an_attachment(simulator, slip):
    slip["name"] = "a.pdf\r\nX-Evil: 1"

    with pytest.raises(Undeliverable) as refused:
        smtp.send(NoticeFactory(email=True, attachments=[slip]))

    assert refused.value.failure == "bad-message"
    assert simulator.messages() == []


def test_send_when_the_server_is_down(simulator, settings):
    settings.EMAIL_PORT = free_port()

    with pytest.raises(MediumUnavailable) as unavailable:
        smtp.send(NoticeFactory(email=True))

    assert unavailable.value.reason == "smtp ConnectionRefusedError"


def test_send_tries_again_when_the_server_says_later_and_gives_up_when_it_says_never(simulator):
    simulator.control(smtp="451")
    with pytest.raises(MediumUnavailable) as unavailable:
        smtp.send(NoticeFactory(email=True))
    assert unavailable.value.reason == "smtp 451"

    simulator.control(smtp="550")
    with pytest.raises(Undeliverable) as refused:
        smtp.send(NoticeFactory(email=True))
    assert refused.value.failure == "refused-address"

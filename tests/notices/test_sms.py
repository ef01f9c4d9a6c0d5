import pytest

from portal.notices import checks, sms
from portal.notices.media import MediumUnavailable, Undeliverable
from tests.factories.notices import NoticeFactory
from tests.notices.conftest import KEYS, SMS_PATH, free_port

pytestmark = pytest.mark.django_db


def test_send_speaks_the_providers_protocol(simulator):
    notice = NoticeFactory(body="DVC: Hồ sơ đã được tiếp nhận.")

    provider_id = sms.send(notice)

    [message] = simulator.messages()
    assert len(provider_id) == 32
    assert (message.medium, message.to) == ("sms", "84912345678")
    assert message.body == "DVC: Ho so da duoc tiep nhan."
    assert (simulator.directory / message.name).read_text() == "DVC: Ho so da duoc tiep nhan.\n"


def test_send_takes_a_twin_for_sent(simulator):
    notice = NoticeFactory()

    sms.send(notice)
    assert sms.send(notice) == ""

    assert len(simulator.messages()) == 1


@pytest.mark.parametrize("to", ["0912345678", "+84912345678", "84", "84abc", "84912345678\n", ""])
def test_send_refuses_what_is_no_number_without_asking_the_provider(to):
    with pytest.raises(Undeliverable) as refused:
        sms.send(NoticeFactory.build(to=to))

    assert refused.value.failure == "bad-address"


@pytest.mark.parametrize("code", ["99", "108"])
def test_send_gives_up_on_a_number_that_the_provider_refuses(simulator, code):
    simulator.control(sms=f"code:{code}")

    with pytest.raises(Undeliverable) as refused:
        sms.send(NoticeFactory())

    assert refused.value.failure == "refused-address"


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        ("code:101", "sms 101"),
        ("code:103", "sms 103"),
        ("code:84912345678", "sms no code"),
        ("http:429", "http 429"),
        ("http:302", "http 302"),
        ("garbage", "sms not json"),
        ("lose", "sms RemoteProtocolError"),
    ],
)
def test_send_asks_to_try_again_when_the_provider_is_at_fault(simulator, mode, reason):
    simulator.control(sms=mode)

    with pytest.raises(MediumUnavailable) as unavailable:
        sms.send(NoticeFactory())

    assert unavailable.value.reason == reason


@pytest.mark.parametrize("name", list(KEYS))
def test_send_with_a_wrong_key_or_brandname_is_refused_by_the_provider(simulator, settings, name):
    setattr(settings, name, "wrong")

    with pytest.raises(MediumUnavailable) as unavailable:
        sms.send(NoticeFactory())

    assert unavailable.value.reason == ("sms 104" if name == "SMS_BRANDNAME" else "sms 101")
    assert simulator.messages() == []


def test_send_when_nobody_listens(settings):
    settings.SMS_API_URL = f"http://127.0.0.1:{free_port()}/{SMS_PATH}"

    with pytest.raises(MediumUnavailable) as unavailable:
        sms.send(NoticeFactory())

    assert unavailable.value.reason == "sms ConnectError"


def test_send_does_not_wait_for_a_provider_that_hangs(simulator, monkeypatch):
    monkeypatch.setattr(sms, "TIMEOUT", 0.3)
    simulator.control(sms="hang:2")

    with pytest.raises(MediumUnavailable) as unavailable:
        sms.send(NoticeFactory())

    assert unavailable.value.reason == "sms ReadTimeout"


@pytest.mark.parametrize(
    ("url", "is_safe"),
    [
        (f"https://rest.esms.vn/{SMS_PATH}", True),
        (f"http://rest.esms.vn/{SMS_PATH}", False),
        (f"http://127.0.0.1:9000/{SMS_PATH}", True),
        (f"http://127.0.0.1.example.vn/{SMS_PATH}", False),
        ("ftp://127.0.0.1/", False),
        ("https:///nowhere", False),
        ("", False),
    ],
)
def test_keys_are_sent_over_tls_or_not_at_all(settings, url, is_safe):
    assert sms.is_safe_url(url) is is_safe
    if not is_safe:
        settings.SMS_API_URL = url
        with pytest.raises(MediumUnavailable, match="not https"):
            sms.send(NoticeFactory())


def test_checks_report_an_address_in_the_clear_and_an_impossible_brandname(settings):
    settings.SMS_API_URL = "https://sms.example.vn/"
    settings.SMS_BRANDNAME = "DICHVUCONG"
    assert checks.check_sms(None) == []

    settings.SMS_API_URL = "http://sms.example.vn/"
    settings.SMS_BRANDNAME = "Dịch vụ công"
    assert [found.id for found in checks.check_sms(None)] == ["notices.E001", "notices.E002"]


def test_deploy_check_insists_on_a_provider(settings):
    settings.SMS_API_URL = settings.SMS_API_KEY = settings.SMS_API_SECRET = "https://x"
    assert checks.check_sms_is_configured(None) == []

    settings.SMS_API_KEY = ""
    assert [found.id for found in checks.check_sms_is_configured(None)] == ["notices.E003"]

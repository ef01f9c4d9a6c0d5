import base64

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given, strategies as st

from portal.core.crypto import (
    Unreadable,
    keyed_hash,
    needs_resealing,
    one_time_hash,
    seal,
    sealed_with,
    unseal,
)

NUMBER = "001099012345"
OLD = base64.b64encode(b"o" * 32).decode()
NEW = base64.b64encode(b"n" * 32).decode()


@given(st.text(max_size=60))
def test_seal_and_unseal_are_inverse(text):
    assert unseal(seal(text)) == text


def test_sealed_values_hide_the_text_and_never_repeat():
    one, other = seal(NUMBER), seal(NUMBER)

    assert one != other
    assert NUMBER.encode() not in one
    assert NUMBER not in repr(one)


def test_unseal_takes_what_a_binary_field_returns():
    assert unseal(memoryview(seal(NUMBER))) == NUMBER


def test_after_rotation_old_values_open_and_are_marked_for_resealing(settings):
    settings.IDENTITY_KEYS = {"old": OLD}
    sealed = seal(NUMBER)
    assert needs_resealing(sealed) is False

    settings.IDENTITY_KEYS = {"new": NEW, "old": OLD}

    assert unseal(sealed) == NUMBER
    assert needs_resealing(sealed) is True
    assert sealed_with(seal(NUMBER)) == "new"


def test_without_its_key_a_value_is_unreadable(settings):
    settings.IDENTITY_KEYS = {"old": OLD}
    sealed = seal(NUMBER)
    settings.IDENTITY_KEYS = {"new": NEW}

    with pytest.raises(Unreadable, match="not configured: old"):
        unseal(sealed)


def test_a_value_moved_to_another_key_id_is_unreadable(settings):
    settings.IDENTITY_KEYS = {"one": OLD, "two": OLD}
    sealed = seal(NUMBER)

    with pytest.raises(Unreadable, match="damaged or forged"):
        unseal(sealed.replace(b"one", b"two"))


def test_any_changed_byte_is_noticed():
    sealed = seal(NUMBER)

    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(Unreadable) as refused:
            unseal(changed)
        assert NUMBER not in str(refused.value)


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01\x00", b"\x02\x01a", b"\x01\x02t2", b"001"])
def test_what_is_not_sealed_is_unreadable(sealed):
    with pytest.raises(Unreadable):
        unseal(sealed)


def test_keyed_hash_is_stable_keyed_and_of_one_domain(settings):
    first = keyed_hash(NUMBER)
    assert first == keyed_hash(NUMBER)
    assert len(first) == 64
    assert first != keyed_hash(NUMBER, domain="phone")

    settings.IDENTITY_HASH_KEY = NEW

    assert keyed_hash(NUMBER) != first


def test_one_time_hash_is_good_only_for_its_context():
    first = one_time_hash("123456", context="sign-up:84912345678")

    assert first == one_time_hash("123456", context="sign-up:84912345678")
    assert first != one_time_hash("123456", context="sign-in:84912345678")
    assert first != keyed_hash("123456", domain="one-time-code")
    assert one_time_hash("3", context="12") != one_time_hash("23", context="1")


@pytest.mark.parametrize(
    "keys", [{}, {"short": base64.b64encode(b"x" * 16).decode()}, {"k": "not base64!"}, {"": OLD}]
)
def test_unusable_keys_are_a_configuration_error_that_does_not_show_them(settings, keys):
    settings.IDENTITY_KEYS = keys

    with pytest.raises(ImproperlyConfigured) as refused:
        seal(NUMBER)

    assert all(key not in str(refused.value) for key in keys.values())


def test_a_short_hash_key_is_a_configuration_error(settings):
    settings.IDENTITY_HASH_KEY = base64.b64encode(b"x" * 16).decode()

    with pytest.raises(ImproperlyConfigured, match="IDENTITY_HASH_KEY"):
        keyed_hash(NUMBER)

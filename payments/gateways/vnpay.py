"""
The wire format of VNPAY 2.1.0: pay address, return and IPN, query. No rows, no clock, no network.

Amounts are integer đồng on our side; the ×100 of the wire exists in this module only.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl, quote_plus
from zoneinfo import ZoneInfo

VERSION: Final = "2.1.0"
# VNPAY writes wall-clock times of this zone, without saying so.
ZONE: Final = ZoneInfo("Asia/Ho_Chi_Minh")
_STAMP: Final = "%Y%m%d%H%M%S"
_HASH: Final = "vnp_SecureHash"
_UNSIGNED: Final = frozenset({_HASH, "vnp_SecureHashType"})
_SUCCESS: Final = "00"
_PAYMENT: Final = "01"
# Characters on which the encoders of the usual languages disagree break signatures.
_ORDER_INFO: Final = re.compile(r"[A-Za-z0-9 .\-_]{1,255}")

_QUERY_FIELDS: Final = (
    "vnp_RequestId",
    "vnp_Version",
    "vnp_Command",
    "vnp_TmnCode",
    "vnp_TxnRef",
    "vnp_TransactionDate",
    "vnp_CreateDate",
    "vnp_IpAddr",
    "vnp_OrderInfo",
)
_ANSWER_FIELDS: Final = (
    "vnp_ResponseId",
    "vnp_Command",
    "vnp_ResponseCode",
    "vnp_Message",
    "vnp_TmnCode",
    "vnp_TxnRef",
    "vnp_Amount",
    "vnp_BankCode",
    "vnp_PayDate",
    "vnp_TransactionNo",
    "vnp_TransactionType",
    "vnp_TransactionStatus",
    "vnp_OrderInfo",
    "vnp_PromotionCode",
    "vnp_PromotionAmount",
)


class BadSignature(Exception):
    """The message was not signed with the secret of our terminal, or was changed on the way."""


class Malformed(Exception):
    """The message is signed but does not say what a payment must say."""


class BadAmount(Malformed):
    """The message is signed, but its amount is no whole number of đồng."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """Our contract with VNPAY: who we are, the secret that signs, and those that only verify."""

    code: str
    secret: str
    former: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PayRequest:
    """One attempt, as it is sent along in the payer's browser."""

    reference: str
    amount_vnd: int
    info: str
    return_url: str
    payer_address: str
    created_at: datetime
    expires_at: datetime
    bank_code: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What VNPAY says of one attempt: by IPN, by the browser's return, or asked by a query."""

    terminal: str
    reference: str
    amount_vnd: int
    transaction: str
    response_code: str
    status: str
    bank_code: str
    paid_at: datetime | None
    is_payment: bool = True

    @property
    def succeeded(self) -> bool:
        """Both codes must say so; 07, money taken under suspicion, is not success."""
        is_success = self.response_code == _SUCCESS and self.status == _SUCCESS
        return is_success and self.is_payment


def pay_url(base: str, request: PayRequest, terminal: Terminal) -> str:
    """
    Return the address that takes the payer to VNPAY.

    :raises ValueError: if a text holds characters that signatures do not survive.
    """
    if not _ORDER_INFO.fullmatch(request.info):
        msg = f"order info outside [A-Za-z0-9 .-_]: {request.info!r}"
        raise ValueError(msg)
    parameters = {
        "vnp_Version": VERSION,
        "vnp_Command": "pay",
        "vnp_TmnCode": terminal.code,
        "vnp_Amount": str(request.amount_vnd * 100),
        "vnp_BankCode": request.bank_code,
        "vnp_CreateDate": _stamp(request.created_at),
        "vnp_CurrCode": "VND",
        "vnp_ExpireDate": _stamp(request.expires_at),
        "vnp_IpAddr": request.payer_address,
        "vnp_Locale": "vn",
        "vnp_OrderInfo": request.info,
        "vnp_OrderType": "other",
        "vnp_ReturnUrl": request.return_url,
        "vnp_TxnRef": request.reference,
    }
    signed = canonical(parameters)
    return f"{base}?{signed}&{_HASH}={sign(signed, terminal.secret)}"


def canonical(parameters: Mapping[str, str]) -> str:
    """Return the signed string: vnp_ parameters without empties, sorted by name, form-encoded."""
    pairs = sorted(
        (name, value)
        for name, value in parameters.items()
        if name.startswith("vnp_") and name not in _UNSIGNED and value != ""
    )
    return "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in pairs)


def sign(text: str, secret: str) -> str:
    """
    Return the HMAC-SHA512 in lower-case hex.

    :raises ValueError: if the secret is blank: nothing is ever signed or verified with that.
    """
    if not secret.strip():
        raise ValueError("blank VNPAY secret")
    return hmac.new(secret.encode(), text.encode(), hashlib.sha512).hexdigest()


def parse_report(query: str, terminal: Terminal) -> Report:
    """
    Read the raw query string of an IPN or of the browser's return.

    :raises BadSignature: if it is unsigned, wrongly signed or names a parameter twice.
    :raises Malformed: if it is signed but incomplete.
    """
    pairs = parse_qsl(query, keep_blank_values=True)
    parameters = dict(pairs)
    if len(parameters) != len(pairs):
        raise BadSignature("a parameter is given twice")
    _verify(canonical(parameters), parameters.get(_HASH, ""), terminal)
    return _report(parameters)


def query_request(
    *,
    request_id: str,
    reference: str,
    info: str,
    created_at: datetime,
    at: datetime,
    server_address: str,
    terminal: Terminal,
) -> dict[str, str]:
    """Return the JSON body that asks VNPAY what became of an attempt made at `created_at`."""
    body = {
        "vnp_RequestId": request_id,
        "vnp_Version": VERSION,
        "vnp_Command": "querydr",
        "vnp_TmnCode": terminal.code,
        "vnp_TxnRef": reference,
        "vnp_OrderInfo": info,
        "vnp_TransactionDate": _stamp(created_at),
        "vnp_CreateDate": _stamp(at),
        "vnp_IpAddr": server_address,
    }
    return {**body, _HASH: sign(_piped(body, _QUERY_FIELDS), terminal.secret)}


def parse_answer(body: Mapping[str, Any], terminal: Terminal) -> Report | None:
    """
    Read the answer to a query; None when VNPAY never saw the payer arrive (code 91).

    :raises BadSignature: if it is unsigned or wrongly signed.
    :raises Malformed: if it says neither.
    """
    given = {name: "" if value is None else str(value) for name, value in body.items()}
    _verify(_piped(given, _ANSWER_FIELDS), given.get(_HASH, ""), terminal)
    if given.get("vnp_ResponseCode") == "91":
        return None
    if given.get("vnp_ResponseCode") != _SUCCESS:
        raise Malformed(f"query answered {given.get('vnp_ResponseCode')!r}")
    return _report(given)


def answer_hash(body: Mapping[str, str], secret: str) -> str:
    """Return the hash over the answer to a query, for whoever plays VNPAY."""
    return sign(_piped(body, _ANSWER_FIELDS), secret)


def query_hash(body: Mapping[str, str], secret: str) -> str:
    """Return the hash over a query, for whoever plays VNPAY."""
    return sign(_piped(body, _QUERY_FIELDS), secret)


def _report(parameters: Mapping[str, str]) -> Report:
    amount = parameters.get("vnp_Amount", "")
    required = ("vnp_TxnRef", "vnp_TmnCode", "vnp_TransactionStatus")
    if any(not parameters.get(name) for name in required):
        raise Malformed("reference, terminal or status is missing")
    # ASCII: other digits are digits to int() too.
    if not re.fullmatch(r"[0-9]{3,15}", amount) or int(amount) % 100:
        raise BadAmount(amount[:20])
    return Report(
        terminal=parameters["vnp_TmnCode"],
        reference=parameters["vnp_TxnRef"],
        amount_vnd=int(amount) // 100,
        transaction=parameters.get("vnp_TransactionNo", ""),
        response_code=parameters.get("vnp_ResponseCode", ""),
        status=parameters["vnp_TransactionStatus"],
        bank_code=parameters.get("vnp_BankCode", ""),
        paid_at=_moment(parameters.get("vnp_PayDate", "")),
        is_payment=parameters.get("vnp_TransactionType", _PAYMENT) == _PAYMENT,
    )


def _verify(text: str, given: str, terminal: Terminal) -> None:
    digest = given.lower().encode()
    for secret in (terminal.secret, *terminal.former):
        if hmac.compare_digest(sign(text, secret).encode(), digest):
            return
    raise BadSignature("hash")


def _piped(body: Mapping[str, str], names: Sequence[str] | Iterable[str]) -> str:
    return "|".join(body.get(name, "") for name in names)


def _stamp(moment: datetime) -> str:
    return moment.astimezone(ZONE).strftime(_STAMP)


def _moment(text: str) -> datetime | None:
    if not re.fullmatch(r"\d{14}", text):
        return None
    try:
        return datetime.strptime(text, _STAMP).replace(tzinfo=ZONE)
    except ValueError:
        return None

"""What the demo's bank remembers of each attempt, and what it tells the merchant."""

import json
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import uuid4

import httpx

from payments.gateways import vnpay

# As VNPAY does: ten calls, then it gives up.
MOST_CALLS: Final = 10
# What each button of the page makes of the payment: response code and status.
OUTCOMES: Final = {
    "ok": ("00", "00"),
    "fail": ("51", "02"),
    "cancel": ("24", "02"),
    "suspect": ("07", "07"),
}


@dataclass
class Order:
    """One attempt as the bank knows it."""

    reference: str
    amount: str
    info: str
    return_url: str
    created: str
    bank: str = "NCB"
    transaction: str = "0"
    response: str = ""
    status: str = "01"
    paid: str = ""

    @property
    def is_decided(self) -> bool:
        return bool(self.response)


@dataclass
class Bank:
    """What the bank remembers, and how it is told to misbehave."""

    terminal: vnpay.Terminal
    ipn_url: str
    retry_seconds: float
    journal: Path | None = None
    ipn: str = "ok"
    query: str = "ok"
    orders: dict[str, Order] = field(default_factory=dict)
    calls: list[dict[str, str]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        if self.journal is not None and self.journal.exists():
            kept = json.loads(self.journal.read_text(encoding="utf-8"))
            self.orders = {one["reference"]: Order(**one) for one in kept}

    def open(self, asked: Mapping[str, str]) -> Order:
        """Remember an attempt when its payer arrives; arriving again changes nothing."""
        with self.lock:
            order = Order(
                reference=asked["vnp_TxnRef"],
                amount=asked["vnp_Amount"],
                info=asked["vnp_OrderInfo"],
                return_url=asked["vnp_ReturnUrl"],
                created=asked["vnp_CreateDate"],
            )
            return self.orders.setdefault(order.reference, order)

    def decide(self, order: Order, outcome: str) -> bool:
        """Fix the outcome of an attempt; return False if it was fixed before."""
        with self.lock:
            if order.is_decided:
                return False
            order.response, order.status = OUTCOMES[outcome]
            if outcome in {"ok", "suspect"}:
                order.transaction = str(14_000_000 + uuid4().int % 80_000_000)
                order.paid = stamp()
            if self.journal is not None:
                self.journal.write_text(
                    json.dumps([asdict(one) for one in self.orders.values()]), encoding="utf-8"
                )
            return True

    def report(self, order: Order, **changes: str) -> str:
        """Return the signed query string of IPN and return."""
        parameters = {
            "vnp_Amount": order.amount,
            "vnp_BankCode": order.bank,
            "vnp_BankTranNo": f"VNP{order.transaction}" if order.transaction != "0" else "",
            "vnp_CardType": "ATM",
            "vnp_OrderInfo": order.info,
            "vnp_PayDate": order.paid or stamp(),
            "vnp_ResponseCode": order.response,
            "vnp_TmnCode": self.terminal.code,
            "vnp_TransactionNo": order.transaction,
            "vnp_TransactionStatus": order.status,
            "vnp_TxnRef": order.reference,
        } | changes
        signed = vnpay.canonical(parameters)
        return f"{signed}&vnp_SecureHash={vnpay.sign(signed, self.terminal.secret)}"

    def notify(self, order: Order, mode: str) -> None:
        """Call the merchant's IPN in the background, the way `mode` says."""
        kind, _, seconds = mode.partition(":")
        if kind == "never" or not self.ipn_url:
            return
        raw = self.report(order)
        if kind == "amount":
            raw = self.report(order, vnp_Amount=str(int(order.amount) - 100))
        if kind == "signature":
            raw = f"{raw[:-1]}{'0' if raw[-1] != '0' else '1'}"
        delay = float(seconds) if kind == "late" else 0.0
        for _call in range(2 if kind == "twice" else 1):
            caller = threading.Thread(target=self._call, args=(order, raw, delay), daemon=True)
            caller.start()

    def _call(self, order: Order, raw: str, delay: float) -> None:
        time.sleep(delay)
        for _attempt in range(MOST_CALLS):
            code = self._call_once(raw)
            with self.lock:
                self.calls.append({"reference": order.reference, "code": code})
            if code in {"00", "02"}:
                return
            time.sleep(self.retry_seconds)

    def _call_once(self, raw: str) -> str:
        try:
            answer = httpx.get(f"{self.ipn_url}?{raw}", timeout=10, trust_env=False)
            return str(answer.json()["RspCode"])
        except (httpx.HTTPError, ValueError, KeyError, TypeError):
            return ""

    def answer(self, asked: Mapping[str, str]) -> dict[str, str]:
        """Answer a query about an attempt, signed."""
        order = self.orders.get(asked.get("vnp_TxnRef", ""))
        body = {
            "vnp_ResponseId": uuid4().hex,
            "vnp_Command": "querydr",
            "vnp_ResponseCode": "91",
            "vnp_Message": "Khong tim thay giao dich",
            "vnp_TmnCode": self.terminal.code,
            "vnp_TxnRef": asked.get("vnp_TxnRef", ""),
            "vnp_PromotionCode": "",
            "vnp_PromotionAmount": "",
        }
        if order is not None and order.created == asked.get("vnp_TransactionDate"):
            body |= {
                "vnp_ResponseCode": "00",
                "vnp_Message": "QueryDR Success",
                "vnp_Amount": order.amount,
                "vnp_BankCode": order.bank,
                "vnp_PayDate": order.paid,
                "vnp_TransactionNo": order.transaction,
                "vnp_TransactionType": "01",
                "vnp_TransactionStatus": order.status,
                "vnp_OrderInfo": order.info,
            }
        return {**body, "vnp_SecureHash": vnpay.answer_hash(body, self.terminal.secret)}


def stamp() -> str:
    """Write now as VNPAY does; tests that live on another day say how far that is."""
    ahead = float(os.environ.get("SIMULATOR_BANK_SECONDS_AHEAD") or 0)
    now = datetime.fromtimestamp(time.time() + ahead, tz=UTC)
    return now.astimezone(vnpay.ZONE).strftime("%Y%m%d%H%M%S")

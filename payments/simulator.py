"""
The demo's bank: a gateway that speaks VNPAY 2.1.0, with no money behind it.

`python -m payments.simulator` listens on 127.0.0.1 only: the page that a payer is sent to, the
return, the IPN (called again until it is answered 00 or 02), and querydr. It says on one line
where it listens, ends with the process that started it, and refuses to run beside production
settings. How the IPN misbehaves is chosen on the pay page or by
POST /control {"ipn": MODE, "query": MODE}:

    ipn     ok         call once, at once
            twice      call twice at the same time
            late:60    call after that many seconds
            never      do not call at all
            amount     call with one đồng less, then never rightly
            signature  call with a hash that does not hold
    query   ok         answer
            hang:15    answer after that many seconds
            http:500   answer with that status
            unsigned   answer without a hash
"""

import html
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import httpx

from payments.gateways import vnpay

HOST: Final = "127.0.0.1"
ALLOWED_SETTINGS: Final = frozenset({"", "portal.settings.demo", "portal.settings.test"})
BODY_LIMIT: Final = 64 * 1024
PAY_PATH: Final = "/paymentv2/vpcpay.html"
QUERY_PATH: Final = "/merchant_webapi/api/transaction"
# As VNPAY does: ten calls, then it gives up.
MOST_CALLS: Final = 10
# What each button of the page makes of the payment: response code and status.
OUTCOMES: Final = {
    "ok": ("00", "00"),
    "fail": ("51", "02"),
    "cancel": ("24", "02"),
    "suspect": ("07", "07"),
}
MODES: Final = {
    "ok": "Báo ngay một lần",
    "twice": "Báo hai lần cùng lúc",
    "late:60": "Báo muộn 60 giây",
    "never": "Không báo",
    "amount": "Báo sai số tiền",
    "signature": "Báo sai chữ ký",
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


class Handler(BaseHTTPRequestHandler):
    """The bank's pages and its interface."""

    server: "Server"
    timeout = 30

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == PAY_PATH:
            self._arrive(parts.query)
        elif parts.path == "/control":
            bank = self.server.bank
            with bank.lock:
                self._json(200, {"orders": list(bank.orders), "calls": bank.calls})
        else:
            self._page(404, "Không có trang này", "<p>Địa chỉ không đúng.</p>")

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if 0 < length <= BODY_LIMIT else b""
        match urlsplit(self.path).path:
            case "/control":
                self._control(body)
            case "/quyet-dinh":
                self._decide(dict(parse_qsl(body.decode("utf-8", "replace"))))
            case path if path == QUERY_PATH:
                self._query(body)
            case _:
                self._json(404, {})

    def _arrive(self, query: str) -> None:
        bank = self.server.bank
        asked = dict(parse_qsl(query, keep_blank_values=True))
        expected = vnpay.sign(vnpay.canonical(asked), bank.terminal.secret)
        if expected != asked.get("vnp_SecureHash", "").lower():
            self._page(400, "Sai chữ ký", "<p>Yêu cầu thanh toán không đúng chữ ký (mã 97).</p>")
        elif asked.get("vnp_TmnCode") != bank.terminal.code:
            self._page(400, "Sai đơn vị thu", "<p>Không có mã đầu cuối này.</p>")
        elif asked.get("vnp_ExpireDate", "") < stamp():
            self._page(400, "Đã hết hạn", "<p>Yêu cầu thanh toán đã quá 15 phút (mã 11).</p>")
        else:
            self._ask(bank.open(asked))

    def _ask(self, order: Order) -> None:
        if order.is_decided:
            self._page(
                200,
                "Giao dịch đã xong",
                f'<p>Giao dịch này đã có kết quả.</p><p><a href="{self._back(order)}">'
                "Quay lại Cổng Dịch vụ công</a></p>",
            )
            return
        amount = f"{int(order.amount) // 100:,} đồng".replace(",", ".")
        modes = "".join(
            f'<option value="{mode}"{" selected" if mode == self.server.bank.ipn else ""}>'
            f"{words}</option>"
            for mode, words in MODES.items()
        )
        self._page(
            200,
            "Thanh toán",
            f"<dl><dt>Số tiền</dt><dd><strong>{amount}</strong></dd>"
            f"<dt>Nội dung</dt><dd>{html.escape(order.info)}</dd>"
            f"<dt>Số tham chiếu</dt><dd>{html.escape(order.reference)}</dd></dl>"
            '<form method="post" action="/quyet-dinh">'
            f'<input type="hidden" name="reference" value="{html.escape(order.reference)}">'
            '<button name="outcome" value="ok">Thanh toán thành công</button>'
            '<button name="outcome" value="fail">Thất bại</button>'
            '<button name="outcome" value="cancel">Hủy</button>'
            "<details><summary>Thử tình huống khác</summary>"
            '<p><label for="ipn">Báo về cổng</label> '
            f'<select id="ipn" name="ipn">{modes}</select></p>'
            '<button name="outcome" value="suspect">Trừ tiền, nghi vấn</button>'
            "</details></form>",
        )

    def _decide(self, form: dict[str, str]) -> None:
        bank = self.server.bank
        order = bank.orders.get(form.get("reference", ""))
        outcome = form.get("outcome", "")
        if order is None or outcome not in OUTCOMES:
            self._page(400, "Không hiểu yêu cầu", "<p>Quay lại trang trước rồi chọn lại.</p>")
            return
        if bank.decide(order, outcome):
            bank.notify(order, form.get("ipn", bank.ipn))
        self.send_response(303)
        self.send_header("Location", self._back(order, escape=False))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _back(self, order: Order, *, escape: bool = True) -> str:
        url = f"{order.return_url}?{self.server.bank.report(order)}"
        return html.escape(url) if escape else url

    def _query(self, body: bytes) -> None:
        bank = self.server.bank
        try:
            given: dict[str, Any] = json.loads(body)
            asked = {name: str(value) for name, value in given.items()}
        except (ValueError, AttributeError):
            self._json(200, {"vnp_ResponseCode": "03", "vnp_Message": "Invalid format"})
            return
        kind, _, argument = bank.query.partition(":")
        if kind == "http":
            self._json(int(argument), {})
            return
        if kind == "hang":
            time.sleep(float(argument))
        if vnpay.query_hash(asked, bank.terminal.secret) != asked.get("vnp_SecureHash", ""):
            self._json(200, {"vnp_ResponseCode": "97", "vnp_Message": "Invalid checksum"})
            return
        answer = bank.answer(asked)
        if kind == "unsigned":
            del answer["vnp_SecureHash"]
        self._json(200, answer)

    def _control(self, body: bytes) -> None:
        bank, order = self.server.bank, json.loads(body or b"{}")
        with bank.lock:
            bank.ipn = str(order.get("ipn", bank.ipn))
            bank.query = str(order.get("query", bank.query))
            bank.ipn_url = str(order.get("ipn_url", bank.ipn_url))
        self._json(200, {"ok": True})

    def _json(self, status: int, answer: Mapping[str, object]) -> None:
        self._write(status, "application/json", json.dumps(answer).encode())

    def _page(self, status: int, title: str, body: str) -> None:
        page = PAGE.format(title=html.escape(title), body=body)
        self._write(status, "text/html; charset=utf-8", page.encode())

    def _write(self, status: int, content_type: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing: the control address tells what was done."""


PAGE: Final = """<!DOCTYPE html>
<html lang="vi"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} – Ngân hàng trình diễn</title>
<style>
body {{ font: 18px/1.55 system-ui, sans-serif; max-width: 34rem; margin: 0 auto; padding: 1rem;
color: #17212E }}
.banner {{ background: #FFF4D6; padding: .5rem 1rem; margin: 0 0 1rem }}
button {{ display: block; width: 100%; min-height: 48px; margin: .75rem 0; font: inherit;
border: 1px solid #0B5CAD; border-radius: 6px; background: #fff; color: #0B5CAD }}
button[value=ok] {{ background: #0B5CAD; color: #fff }}
dt {{ color: #55606E }} dd {{ margin: 0 0 .75rem }}
select, summary {{ font: inherit; min-height: 44px }}
</style></head>
<body><p class="banner">BẢN TRÌNH DIỄN – ngân hàng giả, không có tiền thật</p>
<main><h1>{title}</h1>{body}</main></body></html>
"""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, bank: Bank) -> None:
        self.bank = bank
        super().__init__((HOST, port), Handler)


def stamp() -> str:
    """Write now as VNPAY does; tests that live on another day say how far that is."""
    ahead = float(os.environ.get("SIMULATOR_BANK_SECONDS_AHEAD") or 0)
    now = datetime.fromtimestamp(time.time() + ahead, tz=UTC)
    return now.astimezone(vnpay.ZONE).strftime("%Y%m%d%H%M%S")


def serve(bank: Bank, *, port: int) -> None:
    """Run until told to stop, or until the parent process is gone."""
    parent, stopped = os.getppid(), threading.Event()
    for wanted in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wanted, lambda *_: stopped.set())
    server = Server(port, bank)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write(f"READY bank={server.server_address[1]}\n")
    sys.stdout.flush()
    while not stopped.wait(0.5) and os.getppid() == parent:
        continue
    server.shutdown()


def main() -> int:
    """Read the environment and serve; the exit status says why not."""
    environment = os.environ
    settings_module = environment.get("DJANGO_SETTINGS_MODULE", "")
    if settings_module not in ALLOWED_SETTINGS:
        sys.stderr.write(f"The simulated bank does not run beside {settings_module}.\n")
        return 2
    terminal = vnpay.Terminal(
        code=environment.get("VNPAY_TMN_CODE", "").strip(),
        secret=environment.get("VNPAY_HASH_SECRET", "").strip(),
    )
    if not terminal.code or not terminal.secret:
        sys.stderr.write("VNPAY_TMN_CODE and VNPAY_HASH_SECRET must name the merchant.\n")
        return 2
    journal = environment.get("SIMULATOR_BANK_JOURNAL", "")
    bank = Bank(
        terminal=terminal,
        ipn_url=environment.get("SIMULATOR_BANK_IPN_URL", ""),
        retry_seconds=float(environment.get("SIMULATOR_BANK_RETRY_SECONDS") or 300),
        journal=Path(journal) if journal else None,
        ipn=environment.get("SIMULATOR_BANK_IPN", "ok"),
        query=environment.get("SIMULATOR_BANK_QUERY", "ok"),
    )
    try:
        serve(bank, port=int(environment.get("SIMULATOR_BANK_PORT") or 0))
    except OSError as error:
        sys.stderr.write(f"The simulated bank cannot listen: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The pages of the demo's bank and its interface, over HTTP on this machine only."""

import html
import json
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from payments.gateways import vnpay
from payments.simulator.bank import OUTCOMES, Bank, Order, stamp

HOST: Final = "127.0.0.1"
BODY_LIMIT: Final = 64 * 1024
PAY_PATH: Final = "/paymentv2/vpcpay.html"
QUERY_PATH: Final = "/merchant_webapi/api/transaction"
MODES: Final = {
    "ok": "Báo ngay một lần",
    "twice": "Báo hai lần cùng lúc",
    "late:60": "Báo muộn 60 giây",
    "never": "Không báo",
    "amount": "Báo sai số tiền",
    "signature": "Báo sai chữ ký",
}


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

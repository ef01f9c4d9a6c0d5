"""The simulated bank as a process of its own, driven as payers and testers drive it."""

import os
import subprocess
import sys
from dataclasses import dataclass

import httpx

from tests.factories.payments import TERMINAL, configure


@dataclass
class Bank:
    process: subprocess.Popen[str]
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def control(self, **order: object) -> None:
        httpx.post(f"{self.url}/control", json=order, trust_env=False).raise_for_status()

    def calls(self) -> list[dict[str, str]]:
        found: list[dict[str, str]] = httpx.get(f"{self.url}/control", trust_env=False).json()[
            "calls"
        ]
        return found

    def pay(self, address: str, *, reference: str, outcome: str = "ok", ipn: str = "never") -> str:
        """Let a payer open the pay page and press a button; return where the bank sends them."""
        httpx.get(address, trust_env=False).raise_for_status()
        form = {"reference": reference, "outcome": outcome, "ipn": ipn}
        answer = httpx.post(f"{self.url}/quyet-dinh", data=form, trust_env=False)
        assert answer.status_code == 303
        return answer.headers["location"]


def start_bank(**environment: str) -> Bank:
    process = subprocess.Popen(
        [sys.executable, "-m", "payments.simulator"],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "portal.settings.test",
            "VNPAY_TMN_CODE": TERMINAL.code,
            "VNPAY_HASH_SECRET": TERMINAL.secret,
            "SIMULATOR_BANK_RETRY_SECONDS": "0.2",
            **environment,
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    words = process.stdout.readline().split()
    assert words[0] == "READY", words
    return Bank(process, int(words[1].removeprefix("bank=")))


def stop_bank(bank: Bank) -> None:
    bank.process.terminate()
    bank.process.wait(10)
    if bank.process.stdout is not None:
        bank.process.stdout.close()


def use_bank(settings, bank: Bank) -> None:
    """Let the settings of one test name the simulated bank."""
    configure(settings)
    settings.VNPAY_PAY_URL = f"{bank.url}/paymentv2/vpcpay.html"
    settings.VNPAY_QUERY_URL = f"{bank.url}/merchant_webapi/api/transaction"

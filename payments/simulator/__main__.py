"""Start the demo's bank: `python -m payments.simulator`."""

import os
import signal
import sys
import threading
from pathlib import Path
from typing import Final

from payments.gateways import vnpay
from payments.simulator.bank import Bank
from payments.simulator.pages import Server

ALLOWED_SETTINGS: Final = frozenset({"", "portal.settings.demo", "portal.settings.test"})


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

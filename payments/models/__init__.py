"""Money: cash that was counted, attempts to pay online, what gateways said, and the books."""

from payments.models.attempts import InboundMessage, Payment, PaymentLine
from payments.models.cash import CashReceipt
from payments.models.ledger import LedgerEntry
from payments.models.refunds import Refund

__all__ = ["CashReceipt", "InboundMessage", "LedgerEntry", "Payment", "PaymentLine", "Refund"]

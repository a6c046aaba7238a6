"""Client of Skontro, a clearing house for barter between businesses.

    from skontro import Client, TradeDraft

    with Client("127.0.0.1:7411", "res") as client:
        trade = client.create_trade(
            TradeDraft(seller="imprimerie", buyer="boulangerie",
                       units="720.00", invoice_number="F2025-0001"),
            request_id="order-4711")
        print(trade.name, trade.state, trade.outcome.sequence)

The messages of every method are in skontro.v1, generated from the protos;
Client.read and Client.change call any method with them.
"""

from skontro import _google  # noqa: F401  Before any generated module.
from skontro.amounts import AmountError, Number
from skontro.batch import BatchResult
from skontro.caller import check_request_id
from skontro.client import Client
from skontro.draft import TaxLine, TradeDraft
from skontro.errors import CallError, OutcomeUnknown, Refused, Unavailable
from skontro.retry import RetryPolicy
from skontro.views import (Account, Hold, Member, Outcome, Statement,
                           StatementLine, Trade, Unit)
from skontro.watch import BalanceAfter, Event, Watch

__all__ = [
    "Account", "AmountError", "BalanceAfter", "BatchResult", "CallError",
    "Client", "Event", "Hold", "Member", "Number", "Outcome", "OutcomeUnknown",
    "Refused", "RetryPolicy", "Statement", "StatementLine", "TaxLine", "Trade",
    "TradeDraft", "Unavailable", "Unit", "Watch", "check_request_id",
]

"""A trade that is to be made."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Optional

from skontro.amounts import Number, to_minor_units
from skontro.v1 import trade_service_pb2
from skontro.views import Unit, date_message, time_message


@dataclass(frozen=True)
class TaxLine:
    """One line of an invoice's tax: category `S` and rate "20" are 20 %."""

    category: str
    rate_percent: Number
    base: Number
    tax: Number


@dataclass(frozen=True)
class TradeDraft:
    """Who sells what to whom. Members are ids or whole names.

    `units` is paid in units, `cash` in the network's national currency, as are
    `gross`, `prepaid` and the tax lines. Everything from `issue_date` on but
    `description` and `trade_id` is of the invoice and needs its number.
    """

    seller: str
    buyer: str
    units: Number
    cash: Optional[Number] = None
    invoice_number: str = ""
    issue_date: Optional[datetime.date] = None
    supply_date: Optional[datetime.date] = None
    due_date: Optional[datetime.date] = None
    purchase_order: str = ""
    gross: Optional[Number] = None
    prepaid: Optional[Number] = None
    tax_lines: tuple[TaxLine, ...] = field(default=())
    description: str = ""
    trade_id: str = ""
    buyer_pays: bool = False
    """Whether the buyer pays at once; else the seller requests."""
    hold: bool = False
    """Whether the buyer, who pays, has the units held until they are settled."""
    hold_until: Optional[datetime.datetime] = None
    """From when the hold is void; 14 days from now unless given. Keep it with
    the order: a retry has to send the same."""

    def request(self, unit: Unit, member: Callable[[str], str],
                request_id: str) -> trade_service_pb2.CreateTradeRequest:
        """The message, without the network. Raises AmountError or ValueError
        for what cannot be sent as it is."""
        kind = trade_service_pb2.Trade
        trade = kind(
            seller=member(self.seller), buyer=member(self.buyer),
            initiator=kind.BUYER if self.buyer_pays else kind.SELLER,
            unit_leg=unit.to_units(self.units, "units"),
            description=self.description)
        if self.cash is not None:
            trade.cash_leg.CopyFrom(unit.to_money(self.cash, "cash"))
        self._add_hold(trade)
        self._add_invoice(trade, unit)
        return trade_service_pb2.CreateTradeRequest(
            trade=trade, trade_id=self.trade_id, request_id=request_id)

    def _add_hold(self, trade: trade_service_pb2.Trade) -> None:
        if not self.hold:
            if self.hold_until is not None:
                raise ValueError("hold: is not set, and hold_until is given")
            return
        if not self.buyer_pays:
            raise ValueError("hold: is for the buyer; a seller's request is "
                             "authorised")
        trade.hold.CopyFrom(trade_service_pb2.Trade.Hold(
            expire_time=time_message(self.hold_until, "hold_until")))

    def _add_invoice(self, trade: trade_service_pb2.Trade, unit: Unit) -> None:
        rest = (self.issue_date, self.supply_date, self.due_date,
                self.purchase_order or None, self.gross, self.prepaid,
                self.tax_lines or None)
        if not self.invoice_number:
            if any(value is not None for value in rest):
                raise ValueError("invoice_number: is missing, and dates or "
                                 "amounts of an invoice are given")
            return
        trade.invoice.CopyFrom(trade_service_pb2.Invoice(
            number=self.invoice_number, issue_date=date_message(self.issue_date),
            supply_date=date_message(self.supply_date),
            due_date=date_message(self.due_date), purchase_order=self.purchase_order,
            gross_minor_units=_or_zero(self.gross, unit, "gross"),
            prepaid_minor_units=_or_zero(self.prepaid, unit, "prepaid"),
            tax_lines=[_tax_line(line, unit) for line in self.tax_lines]))


def _tax_line(line: TaxLine, unit: Unit) -> trade_service_pb2.TaxLine:
    return trade_service_pb2.TaxLine(
        category=line.category,
        # Parts per million: 20 % is 200000.
        rate_ppm=to_minor_units(line.rate_percent, 4, "rate_percent"),
        base_minor_units=unit.to_currency(line.base, "base"),
        tax_minor_units=unit.to_currency(line.tax, "tax"))


def _or_zero(amount: Optional[Number], unit: Unit, what: str) -> int:
    return 0 if amount is None else unit.to_currency(amount, what)

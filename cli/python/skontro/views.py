"""What the server answers, with decimals and dates in place of minor units and
messages of three numbers.

Every view has the `message` that it was made of, for the fields that it does
not repeat.
"""

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Optional

from skontro.amounts import Number, from_minor_units, to_minor_units
from skontro.v1 import amount_pb2, network_service_pb2, trade_service_pb2


@dataclass(frozen=True)
class Unit:
    """What the amounts of a network are counted in."""

    code: str
    decimals: int
    currency_code: str
    currency_decimals: int

    @staticmethod
    def of(network: network_service_pb2.Network) -> "Unit":
        return Unit(network.unit_code, network.unit_decimals,
                    network.peg_currency_code, network.peg_currency_decimals)

    def units(self, amount: Any) -> Decimal:
        """Of a skontro.v1.Amount."""
        return self.minor(amount.minor_units)

    def minor(self, minor_units: int) -> Decimal:
        """Of minor units of the unit."""
        return from_minor_units(minor_units, self.decimals)

    def money(self, minor_units: int) -> Decimal:
        """Of minor units of the national currency."""
        return from_minor_units(minor_units, self.currency_decimals)

    def to_units(self, amount: Number, what: str) -> amount_pb2.Amount:
        return amount_pb2.Amount(
            minor_units=to_minor_units(amount, self.decimals, what))

    def to_money(self, amount: Number, what: str) -> amount_pb2.Money:
        return amount_pb2.Money(
            currency_code=self.currency_code,
            minor_units=self.to_currency(amount, what))

    def to_currency(self, amount: Number, what: str) -> int:
        return to_minor_units(amount, self.currency_decimals, what)


def date_message(day: Optional[datetime.date]) -> Optional[amount_pb2.Date]:
    if day is None:
        return None
    return amount_pb2.Date(year=day.year, month=day.month, day=day.day)


def from_date(message: Any) -> Optional[datetime.date]:
    if not message.year:
        return None
    return datetime.date(message.year, message.month, message.day)


_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
_SECOND = datetime.timedelta(seconds=1)


def time_message(time: Optional[datetime.datetime],
                 what: str) -> Optional[dict[str, int]]:
    """The fields of a Timestamp."""
    if time is None:
        return None
    if time.utcoffset() is None:
        raise ValueError(f"{what}: {time} has no time zone")
    seconds, rest = divmod(time - _EPOCH, _SECOND)
    return {"seconds": seconds, "nanos": rest.microseconds * 1000}


def from_time(parent: Any, name: str) -> Optional[datetime.datetime]:
    """The time of a field of `parent`, in UTC; None where it is absent."""
    if not parent.HasField(name):
        return None
    stamp: datetime.datetime = getattr(parent, name).ToDatetime(
        tzinfo=datetime.timezone.utc)
    return stamp


@dataclass(frozen=True)
class Outcome:
    """The receipt of a change: keep both."""

    sequence: int
    digest: bytes

    @staticmethod
    def of(message: Any) -> "Outcome":
        return Outcome(message.sequence, message.digest)


@dataclass(frozen=True)
class Hold:
    """What is held of a trade, and what was settled of it: the units, what they
    are worth, and their share of the cash leg. From `expire_time` on it is
    void."""

    expire_time: Optional[datetime.datetime]
    held: Decimal
    settled: Decimal
    settled_national_value: Decimal
    settled_cash: Decimal

    @staticmethod
    def of(message: Any, unit: Unit) -> "Hold":
        return Hold(
            from_time(message, "expire_time"), unit.units(message.held),
            unit.units(message.settled),
            unit.money(message.settled_national_value.minor_units),
            unit.money(message.settled_cash.minor_units))


@dataclass(frozen=True)
class Trade:
    """A trade as the server knows it. `state` is the name of a Trade.State;
    `hold` is there where it was authorised."""

    name: str
    seller: str
    buyer: str
    units: Decimal
    cash: Decimal
    national_value: Decimal
    state: str
    invoice_number: str
    issue_date: Optional[datetime.date]
    description: str
    create_time: Optional[datetime.datetime]
    settle_time: Optional[datetime.datetime]
    value_date: Optional[datetime.date]
    hold: Optional[Hold]
    outcome: Optional[Outcome]
    message: Any = field(repr=False, compare=False)

    @staticmethod
    def of(message: Any, unit: Unit, outcome: Any = None) -> "Trade":
        return Trade(
            message.name, message.seller, message.buyer,
            unit.units(message.unit_leg),
            unit.money(message.cash_leg.minor_units),
            unit.money(message.national_value.minor_units),
            trade_service_pb2.Trade.State.Name(message.state),
            message.invoice.number, from_date(message.invoice.issue_date),
            message.description, from_time(message, "create_time"),
            from_time(message, "settle_time"), from_date(message.value_date),
            Hold.of(message.hold, unit) if message.HasField("hold") else None,
            Outcome.of(outcome) if outcome is not None else None, message)


@dataclass(frozen=True)
class Member:
    """A company of the network. `company_ids` are by scheme, such as siren."""

    name: str
    legal_name: str
    country_code: str
    vat_id: str
    company_ids: dict[str, str]
    message: Any = field(repr=False, compare=False)

    @property
    def id(self) -> str:
        return self.name.rsplit("/", 1)[-1]

    @staticmethod
    def of(message: Any) -> "Member":
        return Member(message.name, message.legal_name, message.country_code,
                      message.vat_id,
                      {one.scheme: one.value for one in message.company_ids},
                      message)


@dataclass(frozen=True)
class Account:
    """An account with its balance and limits as of `sequence`.

    `holds_out` is what is held for trades that the member buys, and not
    spendable; `holds_in` what is held for it as their seller.
    """

    name: str
    balance: Decimal
    credit_line: Decimal
    balance_limit: Decimal
    spendable: Decimal
    holds_out: Decimal
    holds_in: Decimal
    sequence: int
    message: Any = field(repr=False, compare=False)

    @staticmethod
    def of(message: Any, unit: Unit, sequence: int) -> "Account":
        return Account(
            message.name, unit.units(message.balance),
            unit.units(message.credit_line), unit.units(message.balance_limit),
            unit.units(message.spendable), unit.units(message.holds_out),
            unit.units(message.holds_in), sequence, message)


@dataclass(frozen=True)
class StatementLine:
    """One posting; above zero: received."""

    sequence: int
    booking_date: Optional[datetime.date]
    value_date: Optional[datetime.date]
    amount: Decimal
    balance_after: Decimal
    national_value: Decimal
    kind: str
    trade: str
    counterparty: str
    counterparty_legal_name: str
    invoice_number: str
    message: Any = field(repr=False, compare=False)

    @staticmethod
    def of(message: Any, unit: Unit) -> "StatementLine":
        return StatementLine(
            message.sequence, from_date(message.booking_date),
            from_date(message.value_date), unit.units(message.amount),
            unit.units(message.balance_after),
            unit.money(message.national_value.minor_units),
            type(message).Kind.Name(message.kind), message.trade,
            message.counterparty, message.counterparty_legal_name,
            message.invoice_number, message)


@dataclass(frozen=True)
class Statement:
    """A period of an account, whole: opening balance plus all amounts is the
    closing balance."""

    account: Account
    opening_balance: Decimal
    closing_balance: Decimal
    lines: list[StatementLine]
    sequence: int

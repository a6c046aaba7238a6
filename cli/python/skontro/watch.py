"""What happens in a network, as it happens."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Callable, Optional

import grpc

from skontro.errors import CallError, Refused, decode
from skontro.retry import RetryPolicy, StreamAttempts
from skontro.v1 import event_service_pb2 as event_pb
from skontro.views import Member, Trade, Unit


@dataclass(frozen=True)
class BalanceAfter:
    """What an event did to one account."""

    account: str
    amount: Decimal
    balance: Decimal


@dataclass(frozen=True)
class Event:
    """Something that happened. `type` is the name of an Event.Type, such as
    TRADE_SETTLED; `trade` and `member` are as they were right after."""

    sequence: int
    type: str
    trade: Optional[Trade]
    member: Optional[Member]
    balances: list[BalanceAfter]
    message: Any = field(repr=False, compare=False)

    @staticmethod
    def of(message: Any, unit: Unit) -> "Event":
        subject = message.WhichOneof("subject")
        return Event(
            message.sequence, event_pb.Event.Type.Name(message.type),
            Trade.of(message.trade, unit) if subject == "trade" else None,
            Member.of(message.member) if subject == "member" else None,
            [BalanceAfter(one.account,
                          unit.minor(one.amount_minor_units),
                          unit.minor(one.balance_minor_units))
             for one in message.balances], message)


class Watch:
    """Iterates over events, from the past into the future, without an end.

        watch = client.watch(from_sequence=load() + 1)
        for event in watch:
            work_off(event)
            save(watch.sequence)

    A stream that breaks is begun again behind the last event. The policy's
    total time runs from the first failure after the last event or the last
    stream that the server took: what is silent may be cut for days, each minute
    or each hour. Every event comes at least once: one that was worked off and
    not saved comes again after a restart of this program.

    Thread safety: one thread iterates; any may close.
    """

    def __init__(self, request: event_pb.WatchEventsRequest, unit: Unit,
                 policy: RetryPolicy, open_stream: Callable[
                     [event_pb.WatchEventsRequest], Any]) -> None:
        self._request = request
        self._unit = unit
        self._policy = policy
        self._open = open_stream
        self._stream: Any = None
        self._closed = False
        self.sequence = max(request.from_sequence - 1, 0)
        """Everything up to here was handed out and worked off, that is, the
        iterator was asked for the next. Resume behind it."""

    def __iter__(self) -> Iterator[Event]:
        try:
            yield from self._iterate()
        finally:
            if self._stream is not None:
                self._stream.cancel()

    def _iterate(self) -> Iterator[Event]:
        attempts = StreamAttempts(self._policy)
        while not self._closed:
            try:
                self._stream = self._open(self._request)
                if self._closed:  # By another thread, before it was there.
                    self._stream.cancel()
                attempts.wait_until_taken(self._stream)
                for response in self._stream:
                    attempts.answered()
                    yield from self._events(response)
                    self._resume_behind(response.sequence)
                error = CallError(grpc.StatusCode.UNAVAILABLE,
                                  "the server ended the stream")
            except grpc.RpcError as failure:
                error = decode(failure)
            if self._closed:
                return
            if error.reason == "SEQUENCE_NOT_REACHED":
                # The books that were followed are not these.
                raise error.as_class(Refused, "")
            attempts.failed(error)

    def close(self) -> None:
        """Ends the iteration."""
        self._closed = True
        if self._stream is not None:
            self._stream.cancel()

    def _events(self, response: Any) -> Iterator[Event]:
        for message in response.events:
            if message.sequence <= self.sequence:
                continue
            yield Event.of(message, self._unit)
            self._resume_behind(message.sequence)

    def _resume_behind(self, sequence: int) -> None:
        self.sequence = max(self.sequence, sequence)
        self._request.from_sequence = self.sequence + 1

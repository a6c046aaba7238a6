"""Trades on a stream that stays open."""

import collections
import itertools
import threading
from collections.abc import Iterable, Iterator
from typing import Any, Callable, Optional

import grpc

from skontro.batch import BatchResult
from skontro.errors import CallError, OutcomeUnknown, decode, decode_status, final
from skontro.retry import RetryPolicy, StreamAttempts
from skontro.v1 import trade_service_pb2 as trade_pb
from skontro.views import Trade, Unit

WINDOW_MAX = 1024
"""The most trades without a result; a server takes as many of a stream."""

Request = trade_pb.CreateTradeRequest
Open = Callable[[Iterator[trade_pb.SubmitTradesRequest]], Any]
# A trade that was refused for a time, alone; returns its result.
Settle = Callable[[int, Request], BatchResult]


class Submission:
    """Sends trades as they come and yields their results in order.

    A stream that breaks is opened again, and what got no result is sent again
    with the ids it had, for as long as the policy's total time allows without
    any result. One that the server took while no trade waited, and that stood
    for a moment, counts as a result: who waits for trades all night lives
    through as many restarts and cuts as there are. With a trade that waits it
    has to stand for the total time: one that breaks every stream is given up.
    No more than `window` trades are without a result.

    Thread safety: one thread iterates. The trades are taken from their iterator
    by a thread of gRPC.
    """

    def __init__(self, requests: Iterable[Request], parent: str, window: int,
                 unit: Unit, policy: RetryPolicy, open_stream: Open,
                 settle: Settle) -> None:
        self._requests = iter(requests)
        self._parent = parent
        self._window = window
        self._unit = unit
        self._policy = policy
        self._open = open_stream
        self._settle = settle
        # All of it is guarded by the lock; changes are notified.
        self._changed = threading.Condition()
        self._waiting: collections.deque[Request] = collections.deque()
        self._first = 0  # How many have a result.
        self._taking = False
        self._exhausted = False
        self._failure: Optional[BaseException] = None
        self._round = 0
        self.sequence = 0

    def __iter__(self) -> Iterator[BatchResult]:
        index = 0
        attempts = StreamAttempts(self._policy)
        while True:
            stream: Any = None
            # Whether no trade waits from the first moment of the stream on.
            with self._changed:
                idle = not self._waiting
            try:
                stream = self._open(self._feed(self._begin()))
                # The server says at once that it took the stream.
                attempts.wait_until_taken(stream)
                for response in stream:
                    self.sequence = max(self.sequence, response.sequence)
                    for result in response.results:
                        attempts.answered()
                        yield self._result(index, result)
                        index += 1
                error = CallError(grpc.StatusCode.UNAVAILABLE,
                                  "the server ended the stream")
            except grpc.RpcError as failure:
                error = decode(failure)
            finally:
                # Also where the caller stops iterating.
                self._begin()
                if stream is not None:
                    stream.cancel()
            with self._changed:
                if self._failure is not None:
                    raise self._failure
                if self._exhausted and not self._waiting:
                    return
                # What was sent on the stream that broke may be booked.
                first = self._waiting[0].request_id if self._waiting else ""
            try:
                attempts.failed(error, first, idle=idle)
            except CallError as last:
                if first and not isinstance(last, OutcomeUnknown):
                    raise final(last, first, unknown=True) from None
                raise

    def _begin(self) -> int:
        """From now on an older stream takes nothing."""
        with self._changed:
            self._round += 1
            self._changed.notify_all()
            return self._round

    def _feed(self, number: int) -> Iterator[trade_pb.SubmitTradesRequest]:
        """The messages of one stream: first what has no result yet."""
        with self._changed:
            position = self._first
        while True:
            requests = self._after(position, number)
            if not requests:
                return
            position += len(requests)
            yield trade_pb.SubmitTradesRequest(parent=self._parent,
                                               requests=requests)

    def _after(self, position: int, number: int) -> list[Request]:
        """What comes behind a position and has no result yet, once there is
        something; nothing at the end, and on a stream that is no longer."""
        with self._changed:
            while True:
                self._changed.wait_for(
                    lambda: self._round != number or self._exhausted
                    or self._first + len(self._waiting) > position
                    or self._has_room())
                if self._round != number:
                    return []
                if self._first + len(self._waiting) > position:
                    return list(itertools.islice(
                        self._waiting, position - self._first, None))
                if self._exhausted:
                    return []
                self._take()

    def _has_room(self) -> bool:
        return not self._taking and len(self._waiting) < self._window

    def _take(self) -> None:
        """Takes the next trade of the caller, who may be slow: without the
        lock, and for whichever stream is there when it comes."""
        self._taking = True
        self._changed.release()
        taken: Optional[Request] = None
        failure: Optional[BaseException] = None
        try:
            taken = next(self._requests, None)
        except BaseException as error:  # The caller's, for the caller.
            failure = error
        finally:
            self._changed.acquire()
            self._taking = False
        if taken is None:
            self._exhausted = True
            self._failure = failure
        else:
            self._waiting.append(taken)
        self._changed.notify_all()

    def _result(self, index: int, result: Any) -> BatchResult:
        with self._changed:
            request = self._waiting.popleft()
            self._first += 1
            self._changed.notify_all()
        if result.request_id != request.request_id:
            raise CallError(
                grpc.StatusCode.INTERNAL,
                f"the server answered {result.request_id} where the result of "
                f"{request.request_id} was due")
        if result.HasField("response"):
            made = result.response
            return BatchResult(index, request.request_id, Trade.of(
                made.trade, self._unit, made.outcome), None)
        error = decode_status(result.error)
        if error.may_be_sent_again:
            return self._settle(index, request)
        return BatchResult(index, request.request_id, None,
                           final(error, request.request_id, unknown=False))

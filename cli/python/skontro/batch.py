"""Many trades in few calls."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Callable, Optional

import grpc

from skontro.errors import CallError, decode, decode_status, final
from skontro.retry import Attempts, RetryPolicy
from skontro.v1 import trade_service_pb2
from skontro.views import Trade, Unit

ITEMS_MAX = 8192
"""The most trades that the server takes in one call."""

# Of one call; the server takes 16 MiB.
_CALL_BYTES_MAX = 8 * 1024 * 1024

Request = trade_service_pb2.CreateTradeRequest
Send = Callable[[list[Request]],
                Callable[[float], trade_service_pb2.BatchCreateTradesResponse]]


@dataclass(frozen=True)
class BatchResult:
    """What became of one trade: either `trade` or `error` is there.

    `error` is Refused, Unavailable or OutcomeUnknown, as a single call would
    have raised it.
    """

    index: int
    request_id: str
    trade: Optional[Trade]
    error: Optional[CallError]


def chunks(requests: Iterable[Request], items_max: int) -> Iterator[list[Request]]:
    """Lists of at most so many requests that fit into one call."""
    chunk: list[Request] = []
    size = 0
    for request in requests:
        bytes_of_it = request.ByteSize() + 8
        if chunk and (len(chunk) >= items_max
                      or size + bytes_of_it > _CALL_BYTES_MAX):
            yield chunk
            chunk, size = [], 0
        chunk.append(request)
        size += bytes_of_it
    if chunk:
        yield chunk


class ChunkCall:
    """One chunk, until every item of it has an answer or time is over.

    The call may fail as a whole, and in one that succeeds single items may
    have found the queue full: only those without an answer are sent again.
    """

    def __init__(self, requests: list[Request], unit: Unit, send: Send,
                 policy: RetryPolicy) -> None:
        self._requests = requests
        self._unit = unit
        self._send = send
        self._policy = policy
        self._results: dict[int, BatchResult] = {}
        # Items that an earlier attempt may have booked.
        self._unknown: set[int] = set()
        self.sequence = 0

    def run(self, first_index: int) -> list[BatchResult]:
        waiting = list(range(len(self._requests)))
        attempts = Attempts(self._policy, self._requests[0].request_id)
        while waiting:
            errors = self._attempt(waiting, attempts.timeout(), first_index)
            waiting = sorted(errors)
            if not waiting:
                break
            try:
                attempts.failed(max(errors.values(), key=lambda error: (
                    not error.may_be_sent_again, error.retry_after or 0.0)))
            except CallError:
                for index, error in errors.items():
                    self._fail(index, first_index, error)
                break
            self._unknown |= {index for index, error in errors.items()
                              if error.is_silent}
        return [self._results[index] for index in range(len(self._requests))]

    def _attempt(self, waiting: list[int], timeout: float,
                 first_index: int) -> dict[int, CallError]:
        """Sends what waits; returns the errors of items to be sent again."""
        try:
            response = self._send(
                [self._requests[index] for index in waiting])(timeout)
        except grpc.RpcError as failure:
            decoded = decode(failure)
            return {index: decoded for index in waiting}
        self.sequence = max(self.sequence, response.sequence)
        if len(response.results) != len(waiting):
            broken = CallError(
                grpc.StatusCode.INTERNAL,
                f"the server answered {len(response.results)} of "
                f"{len(waiting)} items")
            return {index: broken for index in waiting}
        again: dict[int, CallError] = {}
        for index, result in zip(waiting, response.results):
            if result.HasField("response"):
                made = result.response
                self._add(index, first_index,
                          Trade.of(made.trade, self._unit, made.outcome), None)
                continue
            error = decode_status(result.error)
            if error.may_be_sent_again:
                again[index] = error
            else:
                self._fail(index, first_index, error)
        return again

    def _fail(self, index: int, first_index: int, error: CallError) -> None:
        request_id = self._requests[index].request_id
        self._add(index, first_index, None,
                  final(error, request_id, unknown=index in self._unknown))

    def _add(self, index: int, first_index: int, trade: Optional[Trade],
             error: Optional[CallError]) -> None:
        self._results[index] = BatchResult(
            first_index + index, self._requests[index].request_id, trade, error)

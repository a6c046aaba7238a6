"""What can go wrong with a call.

The three classes answer the question that matters for money: did it happen?

- Refused: no, and it will not by itself. `reason` says why.
- Unavailable: no; the server could not, for longer than the client waited.
- OutcomeUnknown: perhaps. The same call with the same `request_id`, now or in
  a week, from this process or another, tells, and does not do it twice.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Optional

import grpc

from skontro import _google  # noqa: F401
from google.rpc import error_details_pb2, status_pb2

DOMAIN = "skontro"
_DETAILS = "grpc-status-details-bin"

# Nothing was done, and the server says so.
_NOT_DONE = frozenset({"QUEUE_FULL", "RATE_LIMITED", "DISK_NEARLY_FULL"})
# No answer to this attempt; another may get one.
_NO_ANSWER = frozenset({
    grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.CANCELLED, grpc.StatusCode.UNKNOWN})
# An answer that says nothing about whether it was done.
_SILENT = _NO_ANSWER | {
    grpc.StatusCode.INTERNAL, grpc.StatusCode.DATA_LOSS,
    grpc.StatusCode.ABORTED, grpc.StatusCode.RESOURCE_EXHAUSTED}
# Given before the server looks whether it knows the request id.
_BEFORE_IDEMPOTENCY = frozenset({
    grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED,
    grpc.StatusCode.UNIMPLEMENTED})


class CallError(Exception):
    """A call that failed.

    `code` is gRPC's; `reason` the name of a skontro.v1.ErrorReason, empty where
    the server gave none; `metadata` the values that the reason lists, amounts
    in minor units; `violations` pairs of field path and description;
    `retry_after` seconds, where the server asks for that; `request_id` that of
    the change, empty for a read.
    """

    def __init__(self, code: grpc.StatusCode, message: str, *,
                 reason: str = "", metadata: Optional[Mapping[str, str]] = None,
                 violations: Iterable[tuple[str, str]] = (),
                 retry_after: Optional[float] = None, request_id: str = "",
                 advice: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.reason = reason
        self.metadata = dict(metadata or {})
        self.violations = list(violations)
        self.retry_after = retry_after
        self.request_id = request_id
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.reason or self.code.name}: {self.message}{self.advice}"

    @property
    def was_not_done(self) -> bool:
        """Whether the server says that it was too busy to do anything."""
        return self.reason in _NOT_DONE

    @property
    def is_silent(self) -> bool:
        """Whether it leaves open if a change was made."""
        return self.reason == "SHUTTING_DOWN" or (
            not self.reason and self.code in _SILENT)

    @property
    def may_be_sent_again(self) -> bool:
        """Whether the same call, a little later, may get an answer."""
        return (self.was_not_done or self.reason == "SHUTTING_DOWN"
                or (not self.reason and self.code in _NO_ANSWER))

    @property
    def is_before_idempotency(self) -> bool:
        """Whether the server gave it without looking for the request id."""
        return self.code in _BEFORE_IDEMPOTENCY

    def as_class(self, kind: type["CallError"], request_id: str,
                 advice: str = "") -> "CallError":
        """The same error as one of the classes below."""
        return kind(self.code, self.message, reason=self.reason,
                    metadata=self.metadata, violations=self.violations,
                    retry_after=self.retry_after, request_id=request_id,
                    advice=advice)


class Refused(CallError):
    """The server said no; nothing was changed."""


class Unavailable(CallError):
    """The server could not answer in time; nothing was changed."""


class OutcomeUnknown(CallError):
    """A change was sent and no answer came: it may have been made.

    Send the same call again with `request_id`.
    """


def decode(error: grpc.RpcError) -> CallError:
    """What an error of gRPC says."""
    for key, value in error.trailing_metadata() or ():
        if key == _DETAILS:
            status = status_pb2.Status()
            try:
                status.ParseFromString(value)
            except Exception:  # Of a proxy, perhaps; then the code must do.
                break
            return decode_status(status, error.code(), error.details() or "")
    return CallError(error.code(), error.details() or "no explanation")


_CODES = {code.value[0]: code for code in grpc.StatusCode}


def decode_status(status: Any, code: Optional[grpc.StatusCode] = None,
                  message: str = "") -> CallError:
    """What a google.rpc.Status says, such as the one of an item of a batch."""
    decoded = CallError(
        code or _CODES.get(status.code, grpc.StatusCode.UNKNOWN),
        message or status.message or "no explanation")
    for detail in status.details:
        info = error_details_pb2.ErrorInfo()
        retry = error_details_pb2.RetryInfo()
        bad = error_details_pb2.BadRequest()
        if detail.Unpack(info):
            if info.domain == DOMAIN:
                decoded.reason = info.reason
                decoded.metadata.update(info.metadata)
        elif detail.Unpack(retry):
            decoded.retry_after = (retry.retry_delay.seconds
                                   + retry.retry_delay.nanos / 1e9)
        elif detail.Unpack(bad):
            decoded.violations += [(one.field, one.description)
                                   for one in bad.field_violations]
    return decoded


def final(error: CallError, request_id: str, *, unknown: bool) -> CallError:
    """The error that a caller gets who will not try again.

    `request_id` is empty for a read. `unknown` says that an earlier attempt
    got no answer, so that "nothing was done" of this one proves nothing.
    """
    if not request_id:
        late = error.reason == "SEQUENCE_NOT_REACHED"
        kind = Unavailable if late or error.may_be_sent_again else Refused
        return error.as_class(kind, "")
    if error.is_silent or (unknown and (
            error.was_not_done or error.is_before_idempotency)):
        return error.as_class(
            OutcomeUnknown, request_id,
            f"; it may have been done: send the same request with request_id "
            f"{request_id} again")
    if error.was_not_done:
        return error.as_class(Unavailable, request_id)
    return error.as_class(Refused, request_id)

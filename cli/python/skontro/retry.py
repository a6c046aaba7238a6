"""How long a call is tried, and how often."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Optional, TypeVar

import grpc

from skontro.errors import CallError, decode, final

T = TypeVar("T")

STANDS_AFTER = 1.0
"""Seconds after which a stream that was taken, and has nothing to say, counts
as one that works: what cannot be reached breaks at once."""


@dataclass(frozen=True)
class RetryPolicy:
    """Times in seconds.

    One attempt may take `attempt_timeout`, all of them with the waits between
    them `total_timeout`. The waits begin at `first_wait` and double up to
    `wait_max`, less up to a quarter by chance, so that clients of a server that
    restarted do not come all at once; a longer wait that the server asks for
    goes first. The last three are for tests.
    """

    attempt_timeout: float = 5.0
    total_timeout: float = 60.0
    first_wait: float = 0.1
    wait_max: float = 10.0
    now: Callable[[], float] = field(default=time.monotonic, repr=False)
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)
    chance: Callable[[], float] = field(default=random.random, repr=False)

    def __post_init__(self) -> None:
        if min(self.attempt_timeout, self.total_timeout, self.first_wait,
               self.wait_max) <= 0:
            raise ValueError(f"every time is above zero: {self}")

    def wait_after(self, attempts: int, error: CallError) -> float:
        """How long to wait when so many attempts have failed."""
        wait = min(self.first_wait * 2.0**min(attempts - 1, 60), self.wait_max)
        wait *= 1 - self.chance() / 4
        return max(wait, error.retry_after or 0.0)


class Attempts:
    """The attempts of one call: counts them, waits between them, and knows
    whether one was sent that got no answer."""

    def __init__(self, policy: RetryPolicy, request_id: str) -> None:
        self._policy = policy
        self._request_id = request_id
        self._end = policy.now() + policy.total_timeout
        self._count = 0
        self.unknown = False

    def timeout(self) -> float:
        """How long the next attempt may take."""
        left = max(self._end - self._policy.now(), 0.001)
        return min(self._policy.attempt_timeout, left)

    def failed(self, error: CallError) -> None:
        """Waits until the next attempt is due; raises the final error where
        another one is pointless or time is over."""
        self._count += 1
        wait = self._policy.wait_after(self._count, error)
        if (not error.may_be_sent_again
                or self._policy.now() + wait >= self._end):
            raise final(error, self._request_id, unknown=self.unknown)
        self.unknown = self.unknown or error.is_silent
        self._policy.sleep(wait)


class StreamAttempts:
    """The attempts of a stream that is opened again whenever it breaks.

    The total time runs from the first failure after something that worked: an
    answer, or a stream that was taken and stood. So one on which nothing
    happens lives on, however often it is cut, and one that cannot be had again
    ends.
    """

    def __init__(self, policy: RetryPolicy) -> None:
        self._policy = policy
        self._attempts: Optional[Attempts] = None
        self._taken: Optional[float] = None

    def wait_until_taken(self, stream: Any) -> None:
        """Waits for the headers of a stream that was opened, or for its end:
        time in which a host was looked for in vain is no time that it stood."""
        self._taken = None
        stream.initial_metadata()
        self._taken = self._policy.now()

    def answered(self) -> None:
        self._attempts = None

    def failed(self, error: CallError, request_id: str = "",
               *, idle: bool = True) -> None:
        """Waits until the stream is to be opened again; raises the final error
        where that is pointless or time is over.

        `request_id` is that of a change that was sent and may have been made.
        A stream that was not `idle`, since an answer was due from its first
        moment, has to stand for the whole time to count.
        """
        enough = self._policy.total_timeout
        if idle:
            enough = min(enough, STANDS_AFTER)
        if (self._taken is not None
                and self._policy.now() - self._taken >= enough):
            self._attempts = None
        self._taken = None
        if self._attempts is None:
            self._attempts = Attempts(self._policy, request_id)
            self._attempts.unknown = bool(request_id)
        self._attempts.failed(error)


def call(method: Callable[[float], T], policy: RetryPolicy,
         request_id: str = "") -> T:
    """Calls `method(timeout)` until it returns, is refused, or time is over.

    A change has to have a `request_id`: every attempt sends the same one, so
    at most one of them does anything.
    """
    attempts = Attempts(policy, request_id)
    while True:
        try:
            return method(attempts.timeout())
        except grpc.RpcError as error:
            attempts.failed(decode(error))

"""How long a call is tried, and how often."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import grpc

from skontro.errors import CallError, decode, final

T = TypeVar("T")


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

"""Any method of a server, with everything that every call needs."""

import re
import threading
import uuid
from collections.abc import Iterator
from typing import Any, Optional, Self, TypeVar

from skontro.channel import Channel
from skontro.retry import RetryPolicy, call
from skontro.v1 import network_service_pb2 as network_pb
from skontro.views import Unit

Answer = TypeVar("Answer")

_REQUEST_ID = re.compile(r"[\x20-\x7e]{1,64}")


class Caller:
    """Calls methods of one server for one network, and tries again where that
    is safe; Client has a method for each of the usual ones."""

    def __init__(self, endpoint: str, network: str,
                 api_key: Optional[str] = None, ca_file: Optional[str] = None,
                 *, tls: Optional[bool] = None,
                 certificate_file: Optional[str] = None,
                 key_file: Optional[str] = None,
                 server_name: Optional[str] = None,
                 retry: RetryPolicy = RetryPolicy()) -> None:
        self._channel = Channel(
            endpoint, api_key=api_key, ca_file=ca_file, tls=tls,
            certificate_file=certificate_file, key_file=key_file,
            server_name=server_name)
        self.network = (network if network.startswith("networks/")
                        else "networks/" + network)
        self.retry = retry
        self._lock = threading.Lock()
        self._sequence = 0
        self._known_unit: Optional[Unit] = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._channel.close()

    @property
    def sequence(self) -> int:
        """The newest journal sequence that an answer showed; the next reads
        wait for it. Give it to another process as `saw(sequence)`."""
        with self._lock:
            return self._sequence

    def saw(self, sequence: int) -> None:
        """Has later reads show at least this sequence."""
        with self._lock:
            self._sequence = max(self._sequence, sequence)

    def read(self, method: str, request: Any, answer: type[Answer]) -> Answer:
        """A read such as "TradeService/GetTrade", with any request message."""
        response = call(self._channel.unary("skontro.v1." + method, request,
                                            answer), self.retry)
        self.saw(getattr(response, "sequence", 0))
        return response

    def change(self, method: str, request: Any, answer: type[Answer]) -> Answer:
        """A change such as "TradeService/CreateTrade". A request without a
        `request_id` gets a random one."""
        if not request.request_id:
            request.request_id = str(uuid.uuid4())
        check_request_id(request.request_id)
        response = call(self._channel.unary("skontro.v1." + method, request,
                                            answer),
                        self.retry, request.request_id)
        outcome = getattr(response, "outcome", None)
        self.saw(outcome.sequence if outcome is not None
                 else getattr(response, "sequence", 0))
        return response

    def network_info(self) -> network_pb.GetNetworkResponse:
        """The network, and the newest sequence of its journal."""
        return self.read("NetworkService/GetNetwork",
                         network_pb.GetNetworkRequest(name=self.network),
                         network_pb.GetNetworkResponse)

    @property
    def unit(self) -> Unit:
        """What amounts are counted in; asked once, since it never changes."""
        if self._known_unit is None:
            self._known_unit = Unit.of(self.network_info().network)
        return self._known_unit

    def member_name(self, member: str) -> str:
        """The whole name of a member that is given by id or whole name."""
        return (member if "/" in member
                else f"{self.network}/members/{member}")

    def account_name(self, member: str) -> str:
        if "/accounts/" in member:
            return member
        return self.member_name(member) + "/accounts/main"

    def trade_name(self, trade: str) -> str:
        return trade if "/" in trade else f"{self.network}/trades/{trade}"

    def pages(self, method: str, request: Any,
              answer: type[Answer]) -> Iterator[Answer]:
        """All pages of a list; they show the state of the first one."""
        while True:
            page: Any = self.read(method, request, answer)
            yield page
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token


def check_request_id(request_id: str) -> str:
    """Returns it. Raises ValueError for one that the server would refuse."""
    if not _REQUEST_ID.fullmatch(request_id):
        raise ValueError(f"request_id: {request_id!r} is not 1 to 64 printable "
                         "ASCII characters")
    return request_id

"""The connection to a server, and one method of it at a time."""

import ipaddress
import pathlib
from collections.abc import Callable, Iterator
from typing import Any, Optional, TypeVar, Union

import grpc

Answer = TypeVar("Answer")

# An answer to a full batch repeats every trade, with the server's own fields.
_ANSWER_BYTES_MAX = 64 * 1024 * 1024

_OPTIONS: list[tuple[str, Union[int, str]]] = [
    ("grpc.max_receive_message_length", _ANSWER_BYTES_MAX),
    # Retries are ours: they keep the request id and know when to stop.
    ("grpc.enable_retries", 0),
    # A proxy of the environment is for web pages, not for a ledger.
    ("grpc.enable_http_proxy", 0),
    # A connection of a watch that died in silence is noticed within minutes;
    # servers take pings that come more often for an attack.
    ("grpc.keepalive_time_ms", 330_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    # A server that restarts is found again soon, not after two minutes.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 1000),
    ("grpc.max_reconnect_backoff_ms", 2000),
]


def is_loopback(endpoint: str) -> bool:
    """Whether it is on this machine: what only looks like an address of it,
    such as 127.example.org, is a name that may be anywhere."""
    host = endpoint.rpartition(":")[0]
    if host == "localhost":
        return True
    try:
        if host.startswith("[") and host.endswith("]"):
            return ipaddress.IPv6Address(host[1:-1]).is_loopback
        return ipaddress.IPv4Address(host).is_loopback
    except ValueError:
        return False


class Channel:
    """A connection with what proves who the caller is.

    With `tls` the connection is encrypted and the server has to have a
    certificate of `ca_file`, or of the machine's authorities without one;
    `certificate_file` and `key_file` are the caller's own. Without it the
    endpoint has to be on this machine: a key sent in the clear is everybody's.
    """

    def __init__(self, endpoint: str, *, api_key: Optional[str],
                 ca_file: Optional[str], tls: Optional[bool],
                 certificate_file: Optional[str], key_file: Optional[str],
                 server_name: Optional[str]) -> None:
        if tls is None:
            tls = bool(ca_file or certificate_file) or not is_loopback(endpoint)
        options = list(_OPTIONS)
        if server_name:
            options.append(("grpc.ssl_target_name_override", server_name))
        if tls:
            credentials = grpc.ssl_channel_credentials(
                _read(ca_file), _read(key_file), _read(certificate_file))
            self._channel = grpc.secure_channel(endpoint, credentials, options)
        elif not is_loopback(endpoint):
            raise ValueError(f"endpoint: {endpoint} is not on this machine; "
                             "use TLS")
        elif ca_file or certificate_file or key_file:
            raise ValueError("tls=False, and a certificate is given")
        else:
            self._channel = grpc.insecure_channel(endpoint, options)
        if api_key is not None and not (api_key.isascii()
                                        and api_key.isprintable()
                                        and api_key.strip() == api_key
                                        and api_key):
            # Its value is in no message.
            raise ValueError("api_key: has blanks around it, or characters "
                             "that no key has")
        self._metadata = ((("authorization", "Bearer " + api_key),)
                          if api_key else ())

    def unary(self, method: str, request: Any,
              answer: type[Answer]) -> Callable[[float], Answer]:
        """Calls such as "skontro.v1.TradeService/GetTrade" with a timeout."""
        call = self._channel.unary_unary(
            "/" + method, request_serializer=type(request).SerializeToString,
            response_deserializer=answer.FromString)  # type: ignore[attr-defined]

        def attempt(timeout: float) -> Answer:
            result: Answer = call(request, timeout=timeout,
                                  metadata=self._metadata)
            return result

        return attempt

    def stream(self, method: str, request: Any, answer: type[Answer],
               timeout: Optional[float]) -> Iterator[Answer]:
        """The answers of a method that sends many."""
        call = self._channel.unary_stream(
            "/" + method, request_serializer=type(request).SerializeToString,
            response_deserializer=answer.FromString)  # type: ignore[attr-defined]
        answers: Iterator[Answer] = call(request, timeout=timeout,
                                         metadata=self._metadata)
        return answers

    def both_ways(self, method: str, requests: Iterator[Any],
                  request: type[Any], answer: type[Answer]) -> Iterator[Answer]:
        """The answers of a method that takes many messages and sends many."""
        call = self._channel.stream_stream(
            "/" + method, request_serializer=request.SerializeToString,
            response_deserializer=answer.FromString)  # type: ignore[attr-defined]
        answers: Iterator[Answer] = call(requests, metadata=self._metadata)
        return answers

    def close(self) -> None:
        self._channel.close()


def _read(path: Optional[str]) -> Optional[bytes]:
    return pathlib.Path(path).read_bytes() if path else None

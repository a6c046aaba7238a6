"""A server that answers as a test says, over real gRPC."""

from concurrent import futures

import grpc
import skontro  # noqa: F401  Before google.rpc, which it may have to bring.
from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2


class Fail(Exception):
    """An answer that is an error, with its details as Skontro sends them."""

    def __init__(self, code, reason="", message="no", retry_after=None,
                 violations=(), **metadata):
        super().__init__(message)
        self.code, self.message = code, message
        self.status = status_pb2.Status(code=code.value[0], message=message)
        if reason:
            self._add(error_details_pb2.ErrorInfo(
                reason=reason, domain="skontro", metadata=metadata))
        if violations:
            bad = error_details_pb2.BadRequest()
            for field, description in violations:
                bad.field_violations.add(field=field, description=description)
            self._add(bad)
        if retry_after is not None:
            retry = error_details_pb2.RetryInfo()
            retry.retry_delay.FromMilliseconds(int(retry_after * 1000))
            self._add(retry)

    def _add(self, detail):
        packed = any_pb2.Any()
        packed.Pack(detail)
        self.status.details.append(packed)


HEADERS = object()
"""In a stream: what comes before the first message, alone."""


class FakeServer(grpc.GenericRpcHandler):
    """`streams` has, for each method that answers with many, a list of streams:
    each is a list of messages that a Fail may end.

    `answers` has a list for each method, such as "TradeService/GetTrade":
    messages, Fail, or functions of the request's bytes that return either. The
    last one is given for ever. `calls` is what came: method, bytes, metadata."""

    def __init__(self, credentials=None, address="127.0.0.1:0"):
        self.answers = {}
        self.streams = {}
        self.calls = []
        self.deadlines = []  # Seconds that each call had left.
        self._server = grpc.server(
            futures.ThreadPoolExecutor(8),
            options=[("grpc.max_receive_message_length", 16 * 1024 * 1024)])
        self._server.add_generic_rpc_handlers([self])
        port = (self._server.add_secure_port(address, credentials)
                if credentials else self._server.add_insecure_port(address))
        self.address = f"127.0.0.1:{port}"
        self._server.start()

    def service(self, details):
        method = details.method.removeprefix("/skontro.v1.")
        metadata = dict(details.invocation_metadata)

        def fail(answer, context):
            if answer.status.details:
                context.set_trailing_metadata(
                    (("grpc-status-details-bin",
                      answer.status.SerializeToString()),))
            return context.abort(answer.code, answer.message)

        def stream(request, context):
            self.calls.append((method, request, metadata))
            for answer in self.streams[method].pop(0):
                if answer is HEADERS:
                    context.send_initial_metadata(())
                    continue
                if isinstance(answer, Fail):
                    fail(answer, context)
                yield answer.SerializeToString()

        if method in self.streams:
            return grpc.unary_stream_rpc_method_handler(stream)

        def handle(request, context):
            self.calls.append((method, request, metadata))
            self.deadlines.append(context.time_remaining())
            answers = self.answers[method]
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
            if callable(answer):
                answer = answer(request)
            if not isinstance(answer, Fail):
                return answer.SerializeToString()
            return fail(answer, context)

        return grpc.unary_unary_rpc_method_handler(handle)

    def requests(self, method, kind):
        """The requests of a method, decoded."""
        return [kind.FromString(request)
                for called, request, _ in self.calls if called == method]

    def stop(self):
        self._server.stop(None).wait()

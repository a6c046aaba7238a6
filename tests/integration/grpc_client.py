"""What the tests of skontrod in Python share: the server as a process, and a
client that knows it by reflection and by nothing else, as a stranger's does.

Needs Debian's python3-grpcio and python3-protobuf; a test without them exits
with 77, which ctest shows as skipped.
"""

import os
import pathlib
import signal
import subprocess
import sys
import tempfile

try:
    import grpc
    from google.protobuf import descriptor_pb2, descriptor_pool
    from google.protobuf import message_factory
except ImportError as missing:
    print(f"SKIPPED, NOT TESTED: {missing}; install python3-grpcio and "
          "python3-protobuf", file=sys.stderr)
    sys.exit(77)

REFLECTION = "grpc.reflection.v1alpha.ServerReflection"


def check(condition, *what):
    """Fails the test, with what came, unless `condition` holds."""
    if not condition:
        raise AssertionError(" ".join(str(one) for one in what))


class Skontrod:
    """A skontrod with a data directory of its own, on a free port unless
    `listen` names one."""

    def __init__(self, program, directory, *flags, listen="127.0.0.1:0"):
        self.process = subprocess.Popen(
            [program, "--data-dir", str(directory), "--insecure-loopback",
             "--grpc-listen", listen, *flags],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        check(line.startswith("skontrod: listening on 127.0.0.1:"), line,
              "" if line else self.process.stderr.read())
        self.address = line.split()[-1]

    def stop(self, number=signal.SIGTERM):
        """Stops it; returns the exit code and the log."""
        self.process.send_signal(number)
        _, log = self.process.communicate(timeout=60)
        return self.process.returncode, log

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()


def reflection_messages():
    """The two messages of server reflection, as its specification has them."""
    file = descriptor_pb2.FileDescriptorProto(
        name="reflection.proto", package="grpc.reflection.v1alpha",
        syntax="proto3")
    text, message = 9, 11  # Types of fields.

    def add(parent, name, *fields):
        kind = parent.add(name=name)
        for number, field, field_type, type_name, repeated in fields:
            kind.field.add(name=field, number=number, type=field_type,
                           type_name=type_name, label=3 if repeated else 1)

    scope = ".grpc.reflection.v1alpha."
    add(file.message_type, "ServerReflectionRequest",
        (3, "file_by_filename", text, None, False),
        (4, "file_containing_symbol", text, None, False),
        (7, "list_services", text, None, False))
    request = file.message_type[0]
    request.oneof_decl.add(name="message_request")
    for field in request.field:
        field.oneof_index = 0
    add(file.message_type, "FileDescriptorResponse",
        (1, "file_descriptor_proto", 12, None, True))
    add(file.message_type, "ServiceResponse", (1, "name", text, None, False))
    add(file.message_type, "ListServiceResponse",
        (1, "service", message, scope + "ServiceResponse", True))
    add(file.message_type, "ServerReflectionResponse",
        (4, "file_descriptor_response", message,
         scope + "FileDescriptorResponse", False),
        (6, "list_services_response", message, scope + "ListServiceResponse",
         False))
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    factory = message_factory.MessageFactory(pool)
    return [factory.GetPrototype(pool.FindMessageTypeByName(scope[1:] + name))
            for name in ("ServerReflectionRequest", "ServerReflectionResponse")]


class Client:
    """Calls methods of a server that it has asked what they are."""

    def __init__(self, address):
        self.channel = grpc.insecure_channel(address)
        request, response = reflection_messages()
        self._request = request
        self._ask = self.channel.stream_stream(
            f"/{REFLECTION}/ServerReflectionInfo",
            request_serializer=request.SerializeToString,
            response_deserializer=response.FromString)
        self.services = [
            service.name for service in
            self._reflect(list_services="*").list_services_response.service]
        self.pool = descriptor_pool.DescriptorPool()
        self._known = set()
        for service in self.services:
            if service.startswith("skontro."):
                self._learn(file_containing_symbol=service)
        # No service mentions it; errors bring it.
        self._learn(file_containing_symbol="google.rpc.ErrorInfo")
        self.factory = message_factory.MessageFactory(self.pool)

    def _reflect(self, **question):
        return next(iter(self._ask(iter([self._request(**question)]))))

    def _learn(self, **question):
        answer = self._reflect(**question).file_descriptor_response
        for data in answer.file_descriptor_proto:
            file = descriptor_pb2.FileDescriptorProto.FromString(data)
            if file.name in self._known:
                continue
            self._known.add(file.name)
            for dependency in file.dependency:
                self._learn(file_by_filename=dependency)
            self.pool.Add(file)

    def message(self, name):
        """The class of a message."""
        return self.factory.GetPrototype(self.pool.FindMessageTypeByName(name))

    def call(self, method, timeout=20, **fields):
        """Calls such as call("TradeService.GetTrade", name="networks/...").

        Fields that are messages are given as dictionaries.
        """
        service, name = method.split(".")
        descriptor = self.pool.FindServiceByName(
            "skontro.v1." + service).FindMethodByName(name)
        request = self.factory.GetPrototype(descriptor.input_type)(**fields)
        response = self.factory.GetPrototype(descriptor.output_type)
        make = (self.channel.unary_stream if descriptor.server_streaming
                else self.channel.unary_unary)
        answer = make(f"/skontro.v1.{service}/{name}",
                      request_serializer=type(request).SerializeToString,
                      response_deserializer=response.FromString)(
                          request, timeout=timeout)
        return list(answer) if descriptor.server_streaming else answer

    def error(self, method, **fields):
        """The gRPC code, the reason and the metadata of a call that fails."""
        try:
            self.call(method, **fields)
        except grpc.RpcError as error:
            return self.decode(error)
        raise AssertionError(f"{method} did not fail")

    def decode(self, error):
        details = dict(error.trailing_metadata()).get(
            "grpc-status-details-bin")
        check(details is not None, "no details:", error)
        status = self.message("google.rpc.Status").FromString(details)
        check(status.code == error.code().value[0], status)
        check(status.message == error.details(), status)
        info = None
        for detail in status.details:
            if detail.type_url == "type.googleapis.com/google.rpc.ErrorInfo":
                check(info is None, "two ErrorInfo:", status)
                info = self.message("google.rpc.ErrorInfo").FromString(
                    detail.value)
        check(info is not None and info.domain == "skontro", status)
        return error.code().name, info.reason, dict(info.metadata)


def main(test):
    """Runs `test(program, directory)` with the program named on the command
    line and a directory that goes away."""
    check(len(sys.argv) == 2, "usage: test PROGRAM")
    program = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix="skontro-grpc-test-") as directory:
        test(program, pathlib.Path(directory) / "data")
    print("passed")

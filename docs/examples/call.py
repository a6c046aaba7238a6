#!/usr/bin/python3
"""Calls a method of skontrod with JSON and prints the answer as JSON.

    call.py [--endpoint HOST:PORT] [--ca-file FILE] [--key-file FILE] \\
        SERVICE/METHOD [JSON]

such as

    call.py TradeService/GetTrade '{"name": "networks/res/trades/f2025-0001"}'

It does what grpcurl does, for machines that have Python with gRPC (Debian:
python3-grpcio, python3-protobuf, protobuf-compiler) and this checkout, whose
protos it compiles on the way. --ca-file is the authority of the server's
certificate; without it nothing is encrypted. An error is printed with its details
decoded; the exit code is 1 then.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format
from google.protobuf import message_factory

PROTO = pathlib.Path(__file__).resolve().parents[2] / "proto"


def load_pool():
    """Compiles the protos and returns a pool that knows them."""
    with tempfile.NamedTemporaryFile() as out:
        files = sorted(PROTO.glob("skontro/v1/*.proto"))
        files += sorted(PROTO.glob("google/rpc/*.proto"))
        subprocess.run(
            ["protoc", f"-I{PROTO}", "--include_imports",
             f"--descriptor_set_out={out.name}", *map(str, files)],
            check=True)
        described = descriptor_pb2.FileDescriptorSet()
        described.ParseFromString(pathlib.Path(out.name).read_bytes())
    pool = descriptor_pool.DescriptorPool()
    for file in described.file:
        pool.Add(file)
    return pool


def as_json(message, pool):
    return json_format.MessageToJson(
        message, preserving_proto_field_name=True, descriptor_pool=pool)


def print_error(error, pool, factory):
    print(f"{error.code().name}: {error.details()}", file=sys.stderr)
    for key, value in error.trailing_metadata() or ():
        if key != "grpc-status-details-bin":
            continue
        status = factory.GetPrototype(
            pool.FindMessageTypeByName("google.rpc.Status"))()
        status.ParseFromString(value)
        print(as_json(status, pool), file=sys.stderr)


def connect(arguments):
    if not arguments.ca_file:
        return grpc.insecure_channel(arguments.endpoint)
    return grpc.secure_channel(
        arguments.endpoint, grpc.ssl_channel_credentials(
            pathlib.Path(arguments.ca_file).read_bytes()))


def credentials(arguments):
    """The key of the caller, as metadata."""
    if not arguments.key_file:
        return ()
    key = pathlib.Path(arguments.key_file).read_text().strip()
    return (("authorization", "Bearer " + key),)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument(
        "--endpoint",
        default=os.environ.get("SKONTRO_ENDPOINT", "127.0.0.1:7411"))
    parser.add_argument("--ca-file", default=os.environ.get("SKONTRO_CA_FILE"))
    parser.add_argument("--key-file",
                        default=os.environ.get("SKONTRO_KEY_FILE"))
    parser.add_argument("--timeout", type=float, default=10, help="seconds")
    parser.add_argument("method", metavar="SERVICE/METHOD")
    parser.add_argument("request", metavar="JSON", nargs="?", default="{}")
    arguments = parser.parse_args()

    pool = load_pool()
    factory = message_factory.MessageFactory(pool)
    service_name, _, method_name = arguments.method.partition("/")
    if "." not in service_name:
        service_name = "skontro.v1." + service_name
    try:
        method = pool.FindServiceByName(service_name).methods_by_name[method_name]
    except KeyError:
        sys.exit(f"there is no method {arguments.method}")
    request = json_format.Parse(
        arguments.request, factory.GetPrototype(method.input_type)(),
        descriptor_pool=pool)
    answer = factory.GetPrototype(method.output_type)
    described = descriptor_pb2.MethodDescriptorProto()
    method.CopyToProto(described)

    with connect(arguments) as channel:
        make = (channel.unary_stream if described.server_streaming
                else channel.unary_unary)
        call = make(f"/{service_name}/{method_name}",
                    request_serializer=type(request).SerializeToString,
                    response_deserializer=answer.FromString)
        try:
            result = call(request, timeout=arguments.timeout,
                          metadata=credentials(arguments))
            for message in result if described.server_streaming else [result]:
                print(as_json(message, pool))
        except grpc.RpcError as error:
            print_error(error, pool, factory)
            sys.exit(1)


if __name__ == "__main__":
    main()

"""Makes google.rpc importable.

The messages of errors are Google's. Where googleapis-common-protos is installed
its modules are taken, since the process can have each message once only; else
those that were generated from proto/google, which are the same on the wire.
"""

import importlib
import pathlib


def provide() -> None:
    """Has google.rpc.status_pb2 and error_details_pb2 loaded."""
    names = ("google.rpc.status_pb2", "google.rpc.error_details_pb2")
    try:
        for name in names:
            importlib.import_module(name)
    except ModuleNotFoundError:
        fallback = pathlib.Path(__file__).parent / "_fallback" / "google"
        importlib.import_module("google").__path__.append(str(fallback))
        for name in names:
            importlib.import_module(name)


provide()

"""What the tests of the Python client share: the package, put together from the
sources and the protos of this checkout, and the server as a process.

A test without grpc, protobuf or protoc exits with 77, which ctest shows as
skipped.
"""

import atexit
import pathlib
import shutil
import sys
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parents[3]
PACKAGES = pathlib.Path(tempfile.mkdtemp(prefix="skontro-python-"))
atexit.register(shutil.rmtree, PACKAGES, ignore_errors=True)

sys.dont_write_bytecode = True
sys.path[:0] = [str(PACKAGES), str(SOURCE / "tests" / "integration"),
                str(SOURCE / "cli" / "python")]

import grpc_client  # noqa: E402,F401  Exits where grpc is not there.

if shutil.which("protoc") is None:
    print("SKIPPED, NOT TESTED: install protobuf-compiler", file=sys.stderr)
    sys.exit(77)

import make_package  # noqa: E402

make_package.build(PACKAGES)


def start_server(program, directory, last=None, http="none"):
    """A skontrod, in the place of `last` where one was started before.

    Another program may have taken the port while nobody listened; then the
    server says so, and it is tried again.
    """
    listen = last.address if last else "127.0.0.1:0"
    for attempt in range(20):
        try:
            return grpc_client.Skontrod(program, directory, "--http-listen",
                                        http, listen=listen)
        except AssertionError as error:
            if attempt == 19 or "cannot listen" not in str(error):
                raise
            time.sleep(0.2)
    raise AssertionError("not reached")

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

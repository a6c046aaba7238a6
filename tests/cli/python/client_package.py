"""What the tests of the Python client share: the package, put together from the
sources and the protos of this checkout, and the server as a process.

A test without grpc, protobuf or protoc exits with 77, which ctest shows as
skipped.
"""

import atexit
import pathlib
import shutil
import subprocess
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


class SecureSkontrod(grpc_client.Skontrod):
    """A skontrod as it starts by itself: with TLS, and keys for everybody."""

    def __init__(self, program, directory, *flags, listen):
        self.process = subprocess.Popen(
            [program, "--data-dir", str(directory), "--grpc-listen", listen,
             *flags], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        grpc_client.check(line.startswith("skontrod: listening on 127.0.0.1:"),
                          line, "" if line else self.process.stderr.read())
        self.address = line.split()[-1]


def has_tls(program):
    """Whether it is of a version that encrypts."""
    return "--insecure-loopback" in subprocess.run(
        [program, "--help"], text=True, capture_output=True, check=True).stdout


def start_server(program, directory, last=None, http="none", secure=False):
    """A skontrod, in the place of `last` where one was started before; with
    TLS and keys if `secure`.

    Another program may have taken the port while nobody listened; then the
    server says so, and it is tried again.
    """
    listen = last.address if last else "127.0.0.1:0"
    for attempt in range(20):
        try:
            kind = SecureSkontrod if secure else grpc_client.Skontrod
            return kind(program, directory, "--http-listen", http,
                        listen=listen)
        except AssertionError as error:
            if attempt == 19 or "cannot listen" not in str(error):
                raise
            time.sleep(0.2)
    raise AssertionError("not reached")

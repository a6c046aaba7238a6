#!/usr/bin/python3
"""Puts the Python client together, ready to import:

    cli/python/make_package.py DIRECTORY

DIRECTORY then holds the package `skontro`: the sources of this folder, and the
message modules that protoc makes of proto/. Generated code is never committed,
so that it cannot differ from the protos. Needs protoc of Debian's
protobuf-compiler, 3.20 or newer for the types.
"""

import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def proto_directory() -> pathlib.Path:
    """Where the protos are: in a checkout, or beside an unpacked source."""
    for place in (HERE.parents[1] / "proto", HERE / "proto"):
        if (place / "skontro" / "v1").is_dir():
            return place
    sys.exit("make_package.py: there is no proto/skontro/v1 above " + str(HERE))


def generate(package: pathlib.Path) -> None:
    """Writes the message modules into the package at `package`."""
    protos = proto_directory()
    # google.rpc goes aside: skontro/_google.py says when it is used.
    for pattern, out in (("skontro/v1/*.proto", package.parent),
                         ("google/**/*.proto", package / "_fallback")):
        files = sorted(str(file) for file in protos.glob(pattern))
        out.mkdir(parents=True, exist_ok=True)
        subprocess.run(["protoc", f"-I{protos}", f"--python_out={out}",
                        f"--pyi_out={out}", *files], check=True)
    (package / "v1" / "__init__.py").write_text(
        '"""Messages, generated from proto/skontro/v1."""\n')


def build(directory: pathlib.Path) -> None:
    """Makes the package below `directory`, in place of one that is there."""
    package = directory / "skontro"
    if package.exists():
        shutil.rmtree(package)
    shutil.copytree(HERE / "skontro", package,
                    ignore=shutil.ignore_patterns("__pycache__"))
    generate(package)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    build(pathlib.Path(sys.argv[1]))

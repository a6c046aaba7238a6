"""For pip: adds the generated modules; pyproject.toml has the rest."""

import pathlib
import sys

from setuptools import setup
from setuptools.command.build_py import build_py

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from make_package import generate  # noqa: E402


class BuildWithMessages(build_py):
    """Runs protoc where the package is put together."""

    def run(self) -> None:
        super().run()
        generate(pathlib.Path(self.build_lib) / "skontro")


setup(cmdclass={"build_py": BuildWithMessages})

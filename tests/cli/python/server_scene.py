"""A network of a few members on a skontrod of its own, which a test may kill.

The program is the first argument of the test.
"""

import os
import pathlib
import signal
import sys
import tempfile
import unittest

import client_package
from skontro import Client, RetryPolicy, TradeDraft
from skontro.v1 import network_service_pb2

PROGRAM = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else ""
PATIENT = RetryPolicy(attempt_timeout=5, total_timeout=120, wait_max=1)


class ServerScene(unittest.TestCase):
    """A network of two members, and clients of it."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="skontro-client-")
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name) / "data"
        self.server = None
        self.start()
        self.address = self.server.address
        self.addCleanup(lambda: self.server.__exit__())
        self.client = self.connect()
        self.client.create_network(network_service_pb2.Network(
            display_name="Res", unit_code="RES", unit_decimals=2,
            peg_currency_code="EUR", time_zone="Europe/Paris",
            default_credit_line={"minor_units": 1_000_000_00}))
        for member in ("imprimerie", "boulangerie"):
            self.client.create_member(member, member.title(), "FR")

    def start(self):
        self.server = client_package.start_server(
            PROGRAM, self.directory, self.server)

    def kill_until(self, done):
        """Kills the server, and starts it again, while work goes on."""
        kills = 0
        while not done.wait(0.15) and kills < 4:
            self.server.stop(signal.SIGKILL)
            self.start()
            kills += 1
        self.assertGreaterEqual(kills, 1)

    def connect(self, retry=PATIENT):
        client = Client(self.address, "res", retry=retry)
        self.addCleanup(client.close)
        return client

    @staticmethod
    def draft(units="1.00", **more):
        return TradeDraft("imprimerie", "boulangerie", units, buyer_pays=True,
                          **more)

    def booked(self):
        return self.client.account("imprimerie").message.posting_count

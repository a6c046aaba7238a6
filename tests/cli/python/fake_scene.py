"""A client of a fake server, and time that passes while it sleeps."""

import unittest

import client_package  # noqa: F401
import grpc
from fake_server import Fail, FakeServer
from skontro import Client, RetryPolicy
from skontro.v1 import network_service_pb2

CODE = grpc.StatusCode
NETWORK = "NetworkService/GetNetwork"
BUSY = Fail(CODE.RESOURCE_EXHAUSTED, "QUEUE_FULL", retry_after=0.5, limit="9")
GONE = Fail(CODE.UNAVAILABLE, message="Socket closed")


class Clock:
    """Time that passes while somebody sleeps, and with each look at it."""

    def __init__(self):
        self.time, self.waits = 0.0, []

    def now(self):
        return self.time

    def sleep(self, seconds):
        self.waits.append(round(seconds, 6))
        self.time += seconds


class FakeScene(unittest.TestCase):

    def setUp(self):
        self.server = FakeServer()
        self.addCleanup(self.server.stop)
        self.answers = self.server.answers
        self.answers[NETWORK] = [network_service_pb2.GetNetworkResponse(
            network={"unit_code": "RES", "unit_decimals": 2,
                     "peg_currency_code": "EUR", "peg_currency_decimals": 2},
            sequence=3)]
        self.clock = Clock()
        self.client = self.connect()

    def connect(self, address=None, **arguments):
        arguments.setdefault("retry", RetryPolicy(
            attempt_timeout=5, total_timeout=20, now=self.clock.now,
            sleep=self.clock.sleep, chance=lambda: 0.0))
        client = Client(address or self.server.address, "res", **arguments)
        self.addCleanup(client.close)
        return client

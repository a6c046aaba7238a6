#!/usr/bin/python3
"""Watching events: no event is missed and none comes twice, whatever breaks."""

import os
import pathlib
import signal
import sys
import tempfile
import threading
import time
import unittest

import client_package
import grpc
from cutting_proxy import CuttingProxy
from fake_server import HEADERS, Fail, FakeServer
from skontro import Client, Refused, RetryPolicy, TradeDraft, Unavailable
from skontro.errors import CallError
from skontro.v1 import event_service_pb2, network_service_pb2

PROGRAM = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else ""
WATCH = "EventService/WatchEvents"
GONE = Fail(grpc.StatusCode.UNAVAILABLE, message="Socket closed")


def told(sequence, *events):
    return event_service_pb2.WatchEventsResponse(
        sequence=sequence,
        events=[{"sequence": one, "type": "TRADE_SETTLED",
                 "balances": [{"account": "a", "amount_minor_units": -150,
                               "balance_minor_units": 50}]}
                for one in events])


class FakeWatchTest(unittest.TestCase):

    def setUp(self):
        self.server = FakeServer()
        self.addCleanup(self.server.stop)
        self.server.answers["NetworkService/GetNetwork"] = [
            network_service_pb2.GetNetworkResponse(
                network={"unit_code": "RES", "unit_decimals": 2})]
        self.time, self.looks = 0.0, 0
        self.client = Client(self.server.address, "res", retry=RetryPolicy(
            total_timeout=10, now=self.now, sleep=self.sleep))
        self.addCleanup(self.client.close)

    def now(self):
        self.looks += 1
        return self.time

    def sleep(self, seconds):
        self.time += seconds

    def cut_after(self, seconds):
        """A stream that is taken, says nothing, and breaks then."""
        looks = self.looks
        yield HEADERS
        # The client notes when they came.
        end = time.monotonic() + 10
        while self.looks == looks and time.monotonic() < end:
            time.sleep(0.001)
        self.time += seconds
        yield GONE

    def asked(self):
        return [request.from_sequence for request in self.server.requests(
            WATCH, event_service_pb2.WatchEventsRequest)]

    def seen(self, watch, count):
        found = []
        for event in watch:
            found.append(event.sequence)
            if len(found) == count:
                break
        return found

    def test_a_broken_stream_is_begun_again_behind_the_last_event(self):
        self.server.streams[WATCH] = [
            [told(3), told(5, 4, 5), GONE], [GONE], [told(6, 5, 6), told(9)],
            [told(12, 11, 12), GONE]]
        watch = self.client.watch(4)
        self.assertEqual(self.seen(watch, 5), [4, 5, 6, 11, 12])
        self.assertEqual(self.asked(), [4, 6, 6, 10])
        # The last one was not worked off yet.
        self.assertEqual(watch.sequence, 11)

    def test_from_now_on_is_remembered_before_the_first_event(self):
        self.server.streams[WATCH] = [[told(7), GONE], [told(8, 8), GONE]]
        self.assertEqual(self.seen(self.client.watch(), 1), [8])
        self.assertEqual(self.asked(), [0, 8])

    def test_silence_of_days_is_no_failure(self):
        def quiet():
            yield told(1, 1)
            self.time += 86400
            yield GONE
        self.server.streams[WATCH] = [quiet(), [GONE], [told(2, 2)]]
        self.assertEqual(self.seen(self.client.watch(1), 2), [1, 2])

    def test_silence_that_is_cut_often_is_no_failure(self):
        self.server.streams[WATCH] = [
            [told(1, 1), GONE], *(self.cut_after(4) for _ in range(20)),
            [told(2, 2)]]
        self.assertEqual(self.seen(self.client.watch(1), 2), [1, 2])
        self.assertGreater(self.time, 80)

    def test_streams_that_break_at_once_are_given_up(self):
        self.server.streams[WATCH] = [
            [told(1, 1), GONE], self.cut_after(4),
            *(self.cut_after(0.1) for _ in range(99))]
        with self.assertRaises(Unavailable):
            self.seen(self.client.watch(1), 2)
        self.assertLess(self.time, 4 + 10 + 1)

    def test_time_runs_from_the_last_stream_that_stood(self):
        # Each absence is shorter than the time, all of them together are not.
        away = [[GONE]] * 5
        self.server.streams[WATCH] = [
            [told(1, 1), GONE], *away, self.cut_after(4), *away,
            self.cut_after(4), *away, self.cut_after(4), [told(2, 2)]]
        self.assertEqual(self.seen(self.client.watch(1), 2), [1, 2])

    def test_a_server_that_stays_away_is_given_up(self):
        self.server.streams[WATCH] = [[told(1, 1), GONE]] + [[GONE]] * 99
        with self.assertRaises(Unavailable):
            self.seen(self.client.watch(1), 2)
        self.assertLess(self.time, 10)

    def test_books_that_end_before_the_last_event_are_other_books(self):
        self.server.streams[WATCH] = [[Fail(
            grpc.StatusCode.OUT_OF_RANGE, "SEQUENCE_NOT_REACHED", wanted="9",
            sequence="4")]]
        with self.assertRaises(Refused) as caught:
            self.seen(self.client.watch(9), 1)
        self.assertEqual(caught.exception.metadata["sequence"], "4")

    def test_amounts_are_decimals(self):
        self.server.streams[WATCH] = [[told(1, 1)]]
        event = next(iter(self.client.watch(1)))
        self.assertEqual(event.type, "TRADE_SETTLED")
        self.assertEqual([str(event.balances[0].amount),
                          str(event.balances[0].balance)], ["-1.50", "0.50"])


class ServerWatchTest(unittest.TestCase):

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="skontro-watch-")
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name) / "data"
        self.server = None
        self.start()
        self.addCleanup(lambda: self.server.__exit__())
        self.client = Client(self.server.address, "res", retry=RetryPolicy(
            total_timeout=120, wait_max=1))
        self.addCleanup(self.client.close)
        self.client.create_network(network_service_pb2.Network(
            display_name="Res", unit_code="RES", unit_decimals=2,
            peg_currency_code="EUR",
            default_credit_line={"minor_units": 1_000_000_00}))
        for member in ("a", "b", "c"):
            self.client.create_member(member, member.upper(), "FR")

    def start(self):
        self.server = client_package.start_server(PROGRAM, self.directory,
                                                  self.server)

    def pay(self, count, prefix, buyer="b"):
        return [self.client.pay(TradeDraft("a", buyer, "1.00"),
                                f"{prefix}-{index}") for index in range(count)]

    def test_every_event_comes_once_over_kills_of_the_server(self):
        found, started = [], threading.Event()
        watch = self.client.watch(1)

        def follow():
            for event in watch:
                found.append(event)
                started.set()
                if event.sequence == 4 + 300:
                    return
        follower = threading.Thread(target=follow)
        follower.start()
        self.assertTrue(started.wait(60))
        self.pay(100, "x")
        for prefix in ("y", "z"):
            self.server.stop(signal.SIGKILL)
            self.start()
            self.pay(100, prefix)
        follower.join(120)
        self.assertEqual([event.sequence for event in found],
                         list(range(1, 305)))
        self.assertEqual([event.type for event in found[:5]], [
            "NETWORK_CREATED", *["MEMBER_CREATED"] * 3, "TRADE_SETTLED"])
        self.assertEqual(found[1].member.id, "a")
        last = found[-1]
        self.assertEqual(last.trade.state, "SETTLED")
        self.assertEqual({one.account.split("/")[3]: str(one.balance)
                          for one in last.balances},
                         {"a": "300.00", "b": "-300.00"})

    def test_a_silent_watch_lives_behind_a_proxy_that_cuts_it(self):
        proxy = CuttingProxy(self.server.address)
        self.addCleanup(proxy.stop)
        client = Client(proxy.address, "res", retry=RetryPolicy(
            attempt_timeout=5, total_timeout=3, wait_max=1))
        self.addCleanup(client.close)
        end = time.monotonic() + 9
        found, failures = [], []

        def follow():
            try:
                found.append(next(iter(client.watch())).sequence)
            except CallError as error:
                failures.append(error)
        follower = threading.Thread(target=follow)
        follower.start()
        while time.monotonic() < end:
            time.sleep(1.5)
            proxy.cut()
        self.assertEqual(failures, [])
        made = self.pay(1, "x")
        follower.join(60)
        self.assertEqual(found, [made[0].outcome.sequence])

    def test_another_program_goes_on_where_one_ended(self):
        self.pay(10, "x")
        first = self.client.watch(1, types=["TRADE_SETTLED"])
        seen = []
        for event in first:
            seen.append(event.sequence)
            if len(seen) == 4:
                break
        # The fourth was handed out and not worked off: it comes again.
        second = self.client.watch(first.sequence + 1,
                                   types=["TRADE_SETTLED"])
        for event in second:
            seen.append(event.sequence)
            if len(seen) == 11:
                break
        self.assertEqual(seen, [5, 6, 7, 8, 8, 9, 10, 11, 12, 13, 14])

    def test_a_watch_of_a_member_sees_its_trades_alone(self):
        self.pay(3, "x", buyer="b")
        made = self.pay(2, "y", buyer="c")
        watch = self.client.watch(1, member="c", types=["TRADE_SETTLED"])
        names = []
        for event in watch:
            names.append(event.trade.name)
            if len(names) == 2:
                watch.close()
        self.assertEqual(names, [trade.name for trade in made])

    def test_a_sequence_of_other_books_is_refused(self):
        with self.assertRaises(Refused):
            next(iter(self.client.watch(99)))


if __name__ == "__main__":
    unittest.main()

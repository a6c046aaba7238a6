#!/usr/bin/python3
"""Trades on a stream, against a real skontrod that is killed meanwhile: a
result for each, in order, and each booked once."""

import queue
import signal
import threading
import time
import unittest

from cutting_proxy import CuttingProxy
from server_scene import ServerScene
from skontro import Client, Refused, RetryPolicy
from skontro.errors import CallError

QUICK = RetryPolicy(attempt_timeout=0.5, total_timeout=1.5)


class IdleTime:
    """A clock that can be put on while a stream stands."""

    def __init__(self):
        self.passed = 0.0
        self.looks = 0
        self.opened = queue.Queue()  # Streams, and the looks before each.

    def now(self):
        self.looks += 1
        return time.monotonic() + self.passed

    def pass_time(self, seconds):
        self.passed += seconds

    def watch(self, client):
        channel = client._channel
        both_ways = channel.both_ways

        def watched(*arguments):
            looks = self.looks
            stream = both_ways(*arguments)
            self.opened.put((stream, looks))
            return stream

        channel.both_ways = watched

    def wait_for_a_stream(self):
        """Until the server has taken one, and its client has noted when."""
        while True:
            stream, looks = self.opened.get(timeout=60)
            stream.initial_metadata()
            end = time.monotonic() + 10
            while self.looks == looks and time.monotonic() < end:
                time.sleep(0.01)
            if stream.is_active():
                return


class SubmitTest(ServerScene):

    def drafts(self, count):
        return ((f"id-{i}", self.draft()) for i in range(count))

    def test_results_come_in_order_and_a_retry_is_the_same(self):
        first = list(self.client.submit_trades(self.drafts(1000)))
        self.assertEqual([one.request_id for one in first],
                         [f"id-{i}" for i in range(1000)])
        self.assertEqual([one.index for one in first], list(range(1000)))
        self.assertTrue(all(one.trade.state == "SETTLED" for one in first))
        self.assertEqual(self.booked(), 1000)
        again = list(self.client.submit_trades(self.drafts(1000), window=7))
        self.assertEqual([one.trade for one in again],
                         [one.trade for one in first])
        self.assertEqual(self.booked(), 1000)

    def test_one_that_is_refused_is_a_result(self):
        results = list(self.client.submit_trades(
            [("a", self.draft()), ("b", self.draft("2000000.00")),
             ("c", self.draft())]))
        self.assertIsInstance(results[1].error, Refused)
        self.assertEqual(results[1].error.reason, "CREDIT_LINE_EXCEEDED")
        self.assertIsNone(results[0].error or results[2].error)
        self.assertEqual(self.booked(), 2)

    def test_a_result_comes_while_the_next_trade_is_not_there_yet(self):
        orders = queue.Queue()
        results = self.client.submit_trades(iter(orders.get, None))
        for i in range(5):
            orders.put((f"slow-{i}", self.draft()))
            self.assertEqual(next(results).request_id, f"slow-{i}")
        orders.put(None)
        self.assertEqual(list(results), [])

    def test_a_server_that_is_killed_and_comes_back_books_each_once(self):
        count = 2000
        results = []
        for result in self.client.submit_trades(self.drafts(count)):
            results.append(result)
            if len(results) in (200, 900):
                self.server.stop(signal.SIGKILL)
                restart = threading.Timer(0.3, self.start)
                restart.start()
                self.addCleanup(restart.join)
            elif len(results) == 1500:
                threading.Thread(target=lambda: (
                    self.server.stop(signal.SIGTERM), self.start())).start()
        self.assertEqual([one.request_id for one in results],
                         [f"id-{i}" for i in range(count)])
        self.assertTrue(all(one.error is None for one in results),
                        [one.error for one in results if one.error][:3])
        self.assertEqual(self.booked(), count)

    def test_an_idle_stream_lives_through_restarts_that_are_far_apart(self):
        idle = IdleTime()
        client = self.connect(RetryPolicy(attempt_timeout=5, total_timeout=120,
                                          wait_max=1, now=idle.now))
        self.assertEqual(client.unit.code, "RES")

        def restart():
            idle.pass_time(3600)
            self.server.stop(signal.SIGTERM)
            self.start()

        self.sell_evening_and_morning(client, idle, restart, times=3)

    def test_an_idle_stream_lives_behind_a_proxy_that_cuts_it(self):
        proxy = CuttingProxy(self.address)
        self.addCleanup(proxy.stop)
        idle = IdleTime()
        client = Client(proxy.address, "res", retry=RetryPolicy(
            attempt_timeout=5, total_timeout=60, wait_max=1, now=idle.now))
        self.addCleanup(client.close)
        self.assertEqual(client.unit.code, "RES")

        def cut():
            idle.pass_time(40)
            proxy.cut()

        self.sell_evening_and_morning(client, idle, cut, times=5)

    def sell_evening_and_morning(self, client, idle, between, times):
        """One trade, then so many breaks of the stream, then another one."""
        idle.watch(client)
        orders, results = queue.Queue(), queue.Queue()

        def submit():
            try:
                for result in client.submit_trades(iter(orders.get, None)):
                    results.put(result)
            except CallError as error:
                results.put(error)

        thread = threading.Thread(target=submit)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(orders.put, None)
        orders.put(("evening", self.draft()))
        self.assertIsNone(results.get(timeout=60).error)
        for _ in range(times):
            idle.wait_for_a_stream()
            between()
        orders.put(("morning", self.draft()))
        result = results.get(timeout=60)
        self.assertNotIsInstance(result, CallError, result)
        self.assertEqual(result.request_id, "morning")
        self.assertEqual(self.booked(), 2)

    def test_without_a_server_it_says_so_in_the_end(self):
        client = self.connect(QUICK)
        self.assertEqual(client.unit.code, "RES")
        self.server.stop(signal.SIGKILL)
        with self.assertRaises(CallError):
            list(client.submit_trades(self.drafts(3)))
        self.start()
        self.assertEqual(len(list(self.client.submit_trades(self.drafts(3)))),
                         3)
        self.assertEqual(self.booked(), 3)

    def test_an_error_of_the_callers_iterator_is_the_callers(self):
        def broken():
            yield "ok", self.draft()
            raise ZeroDivisionError

        results = self.client.submit_trades(broken())
        self.assertEqual(next(results).request_id, "ok")
        with self.assertRaises(ZeroDivisionError):
            next(results)

    def test_who_stops_iterating_stops_sending(self):
        for result in self.client.submit_trades(self.drafts(100_000),
                                                window=10):
            if result.index == 20:
                break
        self.assertLess(self.booked(), 200)

    def test_a_window_is_of_a_size_that_the_server_takes(self):
        for window in (0, 1025):
            with self.assertRaises(ValueError):
                list(self.client.submit_trades(self.drafts(1), window=window))


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/python3
"""The client against a real skontrod, which is stopped, killed and started
again while it works: every trade is booked once, and the same is answered."""

import os
import signal
import threading
import unittest
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

from server_scene import ServerScene
from skontro import (OutcomeUnknown, Refused, RetryPolicy, TradeDraft,
                     Unavailable)
from skontro.v1 import trade_service_pb2

QUICK = RetryPolicy(attempt_timeout=0.5, total_timeout=1.5)


class ExactlyOnceTest(ServerScene):

    def test_a_kill_in_the_middle_books_every_trade_once(self):
        answers, done = {}, threading.Event()

        def pay():
            client = self.connect()
            for index in range(400):
                answers[index] = client.create_trade(self.draft(), f"k-{index}")
            done.set()
        payers = threading.Thread(target=pay)
        payers.start()
        self.kill_until(done)
        payers.join(120)
        self.assertEqual(len(answers), 400)
        self.assertEqual(self.booked(), 400)
        self.assertEqual(self.client.account("imprimerie").balance,
                         Decimal("400.00"))
        self.assertEqual(len({one.name for one in answers.values()}), 400)
        # What was answered before a kill is answered alike after it.
        for index in (0, 199, 399):
            again = self.client.create_trade(self.draft(), f"k-{index}")
            self.assertEqual(again, answers[index])
        self.assertEqual(self.booked(), 400)

    def test_a_kill_in_the_middle_of_batches_books_every_item_once(self):
        drafts = [(f"b-{index}", self.draft()) for index in range(3000)]
        results, timers = [], []
        for result in self.connect().create_trades(drafts, chunk=100):
            results.append(result)
            if len(results) in (500, 1500):
                # While the next chunk is on its way.
                timers.append(threading.Timer(0.002, self.restart))
                timers[-1].start()
        for timer in timers:
            timer.join()
        self.assertEqual(len(timers), 2)
        self.assertEqual([one.request_id for one in results],
                         [request_id for request_id, _ in drafts])
        self.assertTrue(all(one.trade for one in results),
                        [one.error for one in results if one.error][:3])
        self.assertEqual(self.booked(), 3000)
        self.assertEqual(len({one.trade.name for one in results}), 3000)

    def restart(self):
        self.server.stop(signal.SIGKILL)
        self.start()

    def test_the_same_again_is_answered_alike_and_books_nothing(self):
        first = self.client.create_trade(self.draft("720.00"), "order-1")
        again = self.connect().create_trade(self.draft("720.00"), "order-1")
        self.assertEqual(again, first)
        self.assertEqual(again.message, first.message)
        self.assertEqual(len(first.outcome.digest), 32)
        with self.assertRaises(Refused) as caught:
            self.client.create_trade(self.draft("720.01"), "order-1")
        self.assertEqual(caught.exception.reason, "REQUEST_ID_REUSED")
        self.assertEqual(caught.exception.metadata,
                         {"request_id": "order-1", "field": "trade"})
        self.assertEqual(self.booked(), 1)

    def test_a_refusal_is_kept_too(self):
        for _ in range(2):
            with self.assertRaises(Refused) as caught:
                self.client.create_trade(self.draft("1000000.01"), "big")
            self.assertEqual(caught.exception.reason, "CREDIT_LINE_EXCEEDED")
            self.assertEqual(caught.exception.metadata["missing"], "1")
            self.client.set_credit_line("boulangerie", "2000000", "more")

    def test_concurrent_duplicates_book_once(self):
        with ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(
                lambda index: self.client.create_trade(self.draft(),
                                                       f"c-{index % 20}"),
                range(320)))
        self.assertEqual(self.booked(), 20)
        for index in range(20):
            same = answers[index::20]
            self.assertEqual([one.outcome for one in same],
                             [same[0].outcome] * 16)
        batch = [(f"d-{index % 5}", self.draft()) for index in range(50)]
        results = list(self.client.create_trades(batch))
        self.assertEqual(len({one.trade.name for one in results}), 5)
        self.assertEqual(self.booked(), 25)

    def test_a_deadline_leaves_the_outcome_open_until_it_is_asked_again(self):
        hurried = self.connect(QUICK)
        hurried.create_trade(self.draft(), "w-0")
        os.kill(self.server.process.pid, signal.SIGSTOP)
        os.waitpid(self.server.process.pid, os.WUNTRACED)  # It stands still.
        try:
            with self.assertRaises(OutcomeUnknown) as caught:
                hurried.create_trade(self.draft(), "w-1")
            with self.assertRaises(Unavailable):
                hurried.account("imprimerie")
        finally:
            os.kill(self.server.process.pid, signal.SIGCONT)
        self.assertEqual(caught.exception.request_id, "w-1")
        answer = self.client.create_trade(self.draft(), "w-1")
        self.assertEqual(answer.state, "SETTLED")
        self.assertEqual(self.booked(), 2)

    def test_a_server_that_stops_in_good_order_is_waited_for(self):
        def stop_and_start():
            self.server.stop(signal.SIGTERM)
            self.start()
        timer = threading.Timer(0.05, stop_and_start)
        timer.start()
        for index in range(200):
            self.client.create_trade(self.draft(), f"s-{index}")
        timer.join()
        self.assertEqual(self.booked(), 200)


class ReadTest(ServerScene):

    def test_what_was_written_is_read_by_whoever_is_told(self):
        trade = self.client.create_trade(self.draft(), "r-1")
        other = self.connect()
        other.saw(trade.outcome.sequence)
        self.assertEqual(other.account("imprimerie").balance, Decimal("1.00"))
        early = self.client.account("imprimerie",
                                    as_of_sequence=trade.outcome.sequence - 1)
        self.assertEqual(early.balance, Decimal("0.00"))
        late = self.connect(QUICK)
        late.saw(trade.outcome.sequence + 1)
        with self.assertRaises(Unavailable) as caught:
            late.account("imprimerie")
        self.assertEqual(caught.exception.reason, "SEQUENCE_NOT_REACHED")

    def test_lists_are_read_to_their_end(self):
        drafts = [(f"p-{index}", self.draft(f"{index + 1}.00"))
                  for index in range(1201)]
        made = [one.trade for one in self.client.create_trades(drafts)]
        listed = list(self.client.trades(member="boulangerie"))
        self.assertEqual([one.name for one in listed],
                         [one.name for one in reversed(made)])
        statement = self.client.statement("boulangerie")
        self.assertEqual(len(statement.lines), 1201)
        self.assertEqual(sum(line.amount for line in statement.lines),
                         statement.closing_balance)
        self.assertEqual(statement.closing_balance,
                         Decimal(-1201 * 1202 // 2))
        self.assertEqual([one.id for one in self.client.members()],
                         ["imprimerie", "boulangerie"])

    def test_a_trade_goes_its_way(self):
        draft = TradeDraft("imprimerie", "boulangerie", "720.00", cash="480",
                           invoice_number="F2025-0001", trade_id="f2025-0001")
        self.assertEqual(self.client.preview(draft), [])
        proposed = self.client.create_trade(draft)
        self.assertEqual((proposed.state, str(proposed.cash)),
                         ("PROPOSED", "480.00"))
        settled = self.client.accept("f2025-0001")
        self.assertEqual(settled.state, "SETTLED")
        self.assertEqual(self.client.trade("f2025-0001").message,
                         settled.message)
        self.assertEqual(self.client.reverse("f2025-0001").state, "REVERSED")
        with self.assertRaises(Refused) as caught:
            self.client.decline("f2025-0001")
        self.assertEqual(caught.exception.reason, "TRADE_STATE")
        self.assertEqual(self.client.account("imprimerie").balance, 0)

    def test_all_or_none(self):
        drafts = [self.draft(invoice_number=number)
                  for number in ("A-1", "A-2", "A-1")]
        with self.assertRaises(Refused) as caught:
            self.client.create_trades_atomically(drafts, "all-1")
        self.assertEqual(caught.exception.reason, "DUPLICATE_INVOICE")
        self.assertEqual(caught.exception.metadata["item"], "2")
        self.assertEqual(self.booked(), 0)
        made = self.client.create_trades_atomically(drafts[:2], "all-2")
        self.assertEqual([one.state for one in made], ["SETTLED"] * 2)

    def test_exports_come_whole(self):
        trade = self.client.create_trade(self.draft(invoice_number="E-1"))
        files = self.client.journal_csv("imprimerie", trade.value_date.year)
        table = [data for name, data in files.items()
                 if name.endswith(".csv")]
        self.assertIn(b";E-1;", table[0])
        self.assertTrue(any(name.endswith(".manifest.json") for name in files))
        day = trade.value_date
        statement = self.client.export("imprimerie", "CAMT_053",
                                       first_day=day, last_day=day)
        self.assertIn(b"E-1", next(iter(statement.values())))
        with self.assertRaises(ValueError):
            self.client.export("imprimerie", "PDF", day.year)
        for form in ("", "FLAT", "XML"):
            with self.assertRaises(Refused) as caught:
                self.client.fec("imprimerie", 2026, form=form)
            self.assertEqual(caught.exception.reason, "INCOMPLETE_PROFILE")
        with self.assertRaises(ValueError):
            self.client.fec("imprimerie", 2026, form="xml")

    def test_any_method_can_be_called(self):
        answer = self.client.read(
            "TradeService/ListTrades",
            trade_service_pb2.ListTradesRequest(parent="networks/res"),
            trade_service_pb2.ListTradesResponse)
        self.assertEqual(len(answer.trades), 0)


if __name__ == "__main__":
    unittest.main()

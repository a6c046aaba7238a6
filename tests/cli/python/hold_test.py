#!/usr/bin/python3
"""Trades with a hold, from the client against a real skontrod."""

import datetime
import threading
import unittest
from decimal import Decimal

from server_scene import ServerScene
from skontro import Refused, TradeDraft


class HoldTest(ServerScene):

    def setUp(self):
        super().setUp()
        self.order = TradeDraft("imprimerie", "boulangerie", "900.00",
                                cash="90.00", invoice_number="H-1", hold=True)

    def amounts(self, member):
        account = self.client.account(member)
        return [str(amount) for amount in (
            account.balance, account.holds_out, account.holds_in,
            account.spendable)]

    def test_a_trade_is_settled_in_parts(self):
        trade = self.client.pay(self.order, "order-1")
        self.assertEqual(trade.state, "AUTHORISED")
        self.assertEqual(str(trade.hold.held), "900.00")
        self.assertEqual(self.amounts("boulangerie"),
                         ["0.00", "900.00", "0.00", "999100.00"])
        self.assertEqual(self.amounts("imprimerie"),
                         ["0.00", "0.00", "900.00", "1000000.00"])
        first = self.client.settle(trade.name, "part-1", units="400.00")
        self.assertEqual((first.state, str(first.hold.held),
                          str(first.hold.settled_cash)),
                         ("AUTHORISED", "500.00", "40.00"))
        self.assertEqual(first, self.client.settle(trade.name, "part-1",
                                                   units="400.00"))
        last = self.client.settle(trade.name, "part-2", units="350.00",
                                  release_rest=True)
        self.assertEqual((last.state, str(last.hold.held),
                          str(last.hold.settled)),
                         ("SETTLED", "0.00", "750.00"))
        self.assertEqual(self.amounts("boulangerie"),
                         ["-750.00", "0.00", "0.00", "999250.00"])
        self.assertEqual([str(line.amount) for line in
                          self.client.entries("imprimerie")],
                         ["400.00", "350.00"])
        self.client.reverse(trade.name)
        wanted = ["TRADE_AUTHORISED", "TRADE_PART_SETTLED", "TRADE_SETTLED",
                  "TRADE_REVERSED"]
        watch = self.client.watch(1, types=wanted)
        self.assertEqual([event.type for _, event in zip(wanted, watch)],
                         wanted)

    def test_a_request_is_authorised_or_taken_back(self):
        day = datetime.timedelta(days=1)
        until = datetime.datetime.now(datetime.timezone.utc) + 30 * day
        proposed = self.client.create_trade(
            TradeDraft("imprimerie", "boulangerie", "10.00",
                       invoice_number="H-2"))
        self.assertIsNone(proposed.hold)
        held = self.client.authorise(proposed.name, "a-1", until=until)
        self.assertEqual(held.hold.expire_time, until)
        self.assertEqual(self.client.trade(proposed.name).hold, held.hold)
        with self.assertRaises(Refused) as caught:
            self.client.withdraw(proposed.name)
        self.assertEqual(caught.exception.reason, "TRADE_STATE")
        self.assertEqual(self.client.release(proposed.name).state, "WITHDRAWN")
        # The invoice is free again.
        again = self.client.create_trade(
            TradeDraft("imprimerie", "boulangerie", "10.00",
                       invoice_number="H-2"))
        self.assertEqual(self.client.withdraw(again.name).state, "WITHDRAWN")
        self.assertEqual(self.booked(), 0)

    def test_more_than_is_held_is_refused(self):
        trade = self.client.pay(self.order)
        with self.assertRaises(Refused) as caught:
            self.client.settle(trade.name, units="900.01")
        self.assertEqual(caught.exception.reason, "HOLD_EXCEEDED")
        self.assertEqual(caught.exception.metadata["missing"], "1")
        late = datetime.datetime.now(
            datetime.timezone.utc) + datetime.timedelta(days=181)
        proposed = self.client.create_trade(
            TradeDraft("imprimerie", "boulangerie", "1.00"))
        with self.assertRaises(Refused) as caught:
            self.client.authorise(proposed.name, until=late)
        self.assertEqual(caught.exception.reason, "FIELD_INVALID")

    def test_a_preview_of_a_hold_says_what_stands_against_it(self):
        draft = TradeDraft("imprimerie", "boulangerie", "1000000.01",
                           buyer_pays=True, hold=True)
        self.assertEqual(len(self.client.preview(draft)), 1)

    def test_a_batch_may_have_holds(self):
        drafts = [(f"b-{index}", self.draft(hold=index % 2 == 0))
                  for index in range(4)]
        for results in (list(self.client.create_trades(drafts)),
                        list(self.client.submit_trades(drafts))):
            self.assertEqual([one.trade.state for one in results],
                             ["AUTHORISED", "SETTLED"] * 2)

    def test_kills_settle_every_part_once(self):
        trade = self.client.pay(self.draft("500.00", hold=True), "order-1")
        parts, done = {}, threading.Event()

        def settle():
            client = self.connect()
            for index in range(400):
                parts[index] = client.settle(trade.name, f"p-{index}",
                                             units="1.00")
            done.set()
        settler = threading.Thread(target=settle)
        settler.start()
        self.kill_until(done)
        settler.join(120)
        self.assertEqual(len(parts), 400)
        self.assertEqual(len({one.outcome.sequence
                              for one in parts.values()}), 400)
        self.assertEqual(self.booked(), 400)
        self.assertEqual(self.client.trade(trade.name).hold.held,
                         Decimal("100.00"))

    def test_a_hold_that_is_over_settles_nothing(self):
        soon = datetime.datetime.now(
            datetime.timezone.utc) + datetime.timedelta(seconds=2)
        trade = self.client.pay(self.draft("5.00", hold=True, hold_until=soon))
        states = self.client.watch(trade.outcome.sequence + 1,
                                   types=["HOLD_EXPIRED"])
        self.assertEqual(next(iter(states)).trade.state, "EXPIRED")
        with self.assertRaises(Refused) as caught:
            self.client.settle(trade.name)
        self.assertEqual(caught.exception.reason, "TRADE_STATE")
        self.assertEqual(self.amounts("boulangerie")[1], "0.00")


if __name__ == "__main__":
    unittest.main()

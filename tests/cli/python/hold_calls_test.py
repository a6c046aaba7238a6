#!/usr/bin/python3
"""What the client sends for trades with a hold, and what it makes of answers."""

import datetime
import unittest
from decimal import Decimal

from fake_scene import BUSY, CODE, GONE, FakeScene
from fake_server import Fail
from skontro import Hold, OutcomeUnknown, Refused, TradeDraft
from skontro.v1 import account_service_pb2
from skontro.v1 import trade_service_pb2 as pb

CREATE, SETTLE = "TradeService/CreateTrade", "TradeService/SettleTrade"
AUTHORISE = "TradeService/AuthoriseTrade"
UNTIL = datetime.datetime(2026, 12, 31, 1, 0, 0, 250_000,
                          datetime.timezone(datetime.timedelta(hours=1)))
DRAFT = TradeDraft("imprimerie", "boulangerie", "900.00")


def held(answer, sequence=7, state="AUTHORISED"):
    return answer(
        trade={"name": "networks/res/trades/t7", "state": state,
               "unit_leg": {"minor_units": 90000},
               "hold": {"expire_time": {"seconds": 1798675200},
                        "held": {"minor_units": 50000},
                        "settled": {"minor_units": 40000},
                        "settled_national_value": {"minor_units": 40000},
                        "settled_cash": {"minor_units": 123}}},
        outcome={"sequence": sequence, "digest": b"d" * 32})


class DraftTest(FakeScene):

    def created(self):
        return self.server.requests(CREATE, pb.CreateTradeRequest)

    def test_a_buyer_asks_for_a_hold(self):
        self.answers[CREATE] = [held(pb.CreateTradeResponse)]
        for until in (None, UNTIL):
            trade = self.client.pay(TradeDraft(
                "imprimerie", "boulangerie", "900", hold=True,
                hold_until=until))
            self.assertEqual(trade.state, "AUTHORISED")
        first, second = (request.trade for request in self.created())
        self.assertTrue(first.HasField("hold"))
        self.assertFalse(first.hold.HasField("expire_time"))
        self.assertEqual(first.initiator, pb.Trade.BUYER)
        self.assertEqual(second.hold.expire_time.ToJsonString(),
                         "2026-12-31T00:00:00.250Z")

    def test_without_a_hold_none_is_asked_for(self):
        self.answers[CREATE] = [held(pb.CreateTradeResponse)]
        self.client.pay(DRAFT)
        self.assertFalse(self.created()[0].trade.HasField("hold"))

    def test_a_hold_that_cannot_be_asked_for_is_not_sent(self):
        naive = UNTIL.replace(tzinfo=None)
        for more in ({"hold": True}, {"hold_until": UNTIL},
                     {"hold_until": UNTIL, "buyer_pays": True},
                     {"hold": True, "hold_until": naive, "buyer_pays": True}):
            with self.subTest(more), self.assertRaisesRegex(ValueError,
                                                            "^hold"):
                self.client.create_trade(TradeDraft("a", "b", "1", **more))
        self.assertEqual(self.created(), [])


class StepTest(FakeScene):

    def sent(self, method, kind):
        return self.server.requests(method, kind)

    def test_each_step_names_the_trade_and_its_request(self):
        for step, method, request, response in (
                ("accept", "AcceptTrade", pb.AcceptTradeRequest,
                 pb.AcceptTradeResponse),
                ("decline", "DeclineTrade", pb.DeclineTradeRequest,
                 pb.DeclineTradeResponse),
                ("withdraw", "WithdrawTrade", pb.WithdrawTradeRequest,
                 pb.WithdrawTradeResponse),
                ("reverse", "ReverseTrade", pb.ReverseTradeRequest,
                 pb.ReverseTradeResponse),
                ("authorise", "AuthoriseTrade", pb.AuthoriseTradeRequest,
                 pb.AuthoriseTradeResponse),
                ("settle", "SettleTrade", pb.SettleTradeRequest,
                 pb.SettleTradeResponse),
                ("release", "ReleaseTrade", pb.ReleaseTradeRequest,
                 pb.ReleaseTradeResponse)):
            with self.subTest(step):
                method = "TradeService/" + method
                self.answers[method] = [GONE, held(response)]
                trade = getattr(self.client, step)("t7", "step-1")
                self.assertEqual(trade.outcome.sequence, 7)
                wanted = request(name="networks/res/trades/t7",
                                 request_id="step-1")
                self.assertEqual(self.sent(method, request), [wanted] * 2)
                getattr(self.client, step)("networks/res/trades/t7")
                last = self.sent(method, request)[-1]
                self.assertEqual(last.name, "networks/res/trades/t7")
                self.assertEqual(len(last.request_id), 36)

    def test_a_part_has_the_decimals_of_the_unit(self):
        self.answers[SETTLE] = [held(pb.SettleTradeResponse)]
        self.client.settle("t7", "p-1", units="400.5")
        self.client.settle("t7", "p-2", units=Decimal("2.50"),
                           release_rest=True)
        self.client.settle("t7", "p-3")
        first, second, last = self.sent(SETTLE, pb.SettleTradeRequest)
        self.assertEqual(first.units.minor_units, 40050)
        self.assertFalse(first.release_rest)
        self.assertEqual((second.units.minor_units, second.release_rest),
                         (250, True))
        # All that is held is not nothing.
        self.assertFalse(last.HasField("units"))
        for units, error in ((1.5, TypeError), ("0.001", ValueError)):
            with self.assertRaises(error):
                self.client.settle("t7", units=units)
        self.assertEqual(len(self.sent(SETTLE, pb.SettleTradeRequest)), 3)

    def test_a_hold_ends_when_the_buyer_says(self):
        self.answers[AUTHORISE] = [held(pb.AuthoriseTradeResponse)]
        self.client.authorise("t7", until=UNTIL)
        self.client.authorise("t7")
        first, second = self.sent(AUTHORISE, pb.AuthoriseTradeRequest)
        self.assertEqual(first.expire_time.ToJsonString(),
                         "2026-12-31T00:00:00.250Z")
        self.assertFalse(second.HasField("expire_time"))
        with self.assertRaisesRegex(ValueError, "until"):
            self.client.authorise("t7", until=UNTIL.replace(tzinfo=None))

    def test_what_is_held_and_settled_are_decimals(self):
        self.answers[SETTLE] = [held(pb.SettleTradeResponse)]
        hold = self.client.settle("t7").hold
        self.assertEqual(hold, Hold(
            datetime.datetime(2026, 12, 31, tzinfo=datetime.timezone.utc),
            Decimal("500.00"), Decimal("400.00"), Decimal("400.00"),
            Decimal("1.23")))
        self.answers[SETTLE] = [pb.SettleTradeResponse(trade={})]
        self.assertIsNone(self.client.settle("t7").hold)

    def test_a_part_without_an_answer_has_an_unknown_outcome(self):
        self.answers[SETTLE] = [GONE, BUSY]
        with self.assertRaises(OutcomeUnknown) as caught:
            self.client.settle("t7", "part-1", units=1)
        self.assertEqual(caught.exception.request_id, "part-1")

    def test_more_than_is_held_is_refused(self):
        self.answers[SETTLE] = [Fail(
            CODE.FAILED_PRECONDITION, "HOLD_EXCEEDED", trade="t7", held="1",
            amount="2", missing="1")]
        with self.assertRaises(Refused) as caught:
            self.client.settle("t7", units="0.02")
        self.assertEqual(caught.exception.metadata["missing"], "1")

    def test_accounts_show_what_is_held(self):
        self.answers["AccountService/GetAccount"] = [
            account_service_pb2.GetAccountResponse(account={
                "holds_out": {"minor_units": 45000},
                "holds_in": {"minor_units": 5}})]
        account = self.client.account("boulangerie")
        self.assertEqual((str(account.holds_out), str(account.holds_in)),
                         ("450.00", "0.05"))


if __name__ == "__main__":
    unittest.main()

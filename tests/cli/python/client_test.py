#!/usr/bin/python3
"""The client against a server that says what each test has it say."""

import pathlib
import subprocess
import tempfile
import time
import unittest

import client_package  # noqa: F401
import grpc
from fake_scene import BUSY, CODE, GONE, NETWORK, FakeScene
from fake_server import Fail, FakeServer
from skontro import (BatchResult, OutcomeUnknown, Refused, RetryPolicy,
                     TradeDraft, Unavailable)
from skontro.v1 import account_service_pb2, outcome_pb2, trade_service_pb2

CREATE, GET = "TradeService/CreateTrade", "TradeService/GetTrade"
LIST, BATCH = "TradeService/ListTrades", "TradeService/BatchCreateTrades"
DRAFT = TradeDraft("imprimerie", "boulangerie", "720.00")


def made(sequence=7):
    return trade_service_pb2.CreateTradeResponse(
        trade=trade_service_pb2.Trade(
            name=f"networks/res/trades/t{sequence}",
            unit_leg={"minor_units": 72000}, state="SETTLED"),
        outcome={"sequence": sequence, "digest": b"d" * 32})


class Scene(FakeScene):

    def created(self):
        return self.server.requests(CREATE, trade_service_pb2.CreateTradeRequest)


class RetryTest(Scene):

    def test_every_attempt_sends_the_same_bytes(self):
        self.answers[CREATE] = [GONE, Fail(CODE.DEADLINE_EXCEEDED),
                                Fail(CODE.CANCELLED), BUSY, made()]
        trade = self.client.create_trade(DRAFT)
        self.assertEqual(trade.outcome.sequence, 7)
        sent = [call[1] for call in self.server.calls if call[0] == CREATE]
        self.assertEqual(len(sent), 5)
        self.assertEqual(len(set(sent)), 1)
        self.assertEqual(len(self.created()[0].request_id), 36)

    def test_waits_double_and_end_at_their_bound(self):
        self.answers[CREATE] = [GONE] * 9 + [made()]
        client = self.connect(retry=RetryPolicy(
            total_timeout=100, wait_max=2, now=self.clock.now,
            sleep=self.clock.sleep, chance=lambda: 0.0))
        client.create_trade(DRAFT)
        self.assertEqual(self.clock.waits,
                         [.1, .2, .4, .8, 1.6, 2, 2, 2, 2])

    def test_no_attempt_waits_longer_than_it_may(self):
        self.client.unit
        del self.server.deadlines[:]
        self.answers[CREATE] = [Fail(CODE.UNAVAILABLE, retry_after=18), GONE,
                                GONE, made()]
        self.client.create_trade(DRAFT)
        first, second, *_ = self.server.deadlines
        self.assertTrue(4 < first < 6, first)
        self.assertTrue(1 < second < 3, second)

    def test_chance_shortens_a_wait_by_a_quarter_at_most(self):
        self.answers[CREATE] = [GONE, made()]
        client = self.connect(retry=RetryPolicy(
            now=self.clock.now, sleep=self.clock.sleep, chance=lambda: 1.0))
        client.create_trade(DRAFT)
        self.assertEqual(self.clock.waits, [.075])

    def test_the_server_may_ask_for_a_longer_wait(self):
        self.answers[CREATE] = [BUSY, BUSY, BUSY, BUSY, made()]
        self.client.create_trade(DRAFT)
        self.assertEqual(self.clock.waits, [.5, .5, .5, .8])

    def test_a_refusal_is_not_tried_again(self):
        self.answers[CREATE] = [Fail(
            CODE.FAILED_PRECONDITION, "CREDIT_LINE_EXCEEDED", "cannot spend",
            account="a", missing="1")]
        with self.assertRaises(Refused) as caught:
            self.client.create_trade(DRAFT)
        error = caught.exception
        self.assertEqual(
            (error.code, error.reason, error.metadata, error.message),
            (CODE.FAILED_PRECONDITION, "CREDIT_LINE_EXCEEDED",
             {"account": "a", "missing": "1"}, "cannot spend"))
        self.assertEqual(len(self.created()), 1)

    def test_a_field_that_is_wrong_is_named(self):
        self.answers[CREATE] = [Fail(
            CODE.INVALID_ARGUMENT, "FIELD_INVALID", field="trade.buyer",
            violations=[("trade.buyer", "is empty")])]
        with self.assertRaises(Refused) as caught:
            self.client.create_trade(DRAFT)
        self.assertEqual(caught.exception.violations,
                         [("trade.buyer", "is empty")])

    def test_no_answer_in_all_the_time_is_an_unknown_outcome(self):
        for failure in (GONE, Fail(CODE.UNAVAILABLE, "SHUTTING_DOWN"),
                        Fail(CODE.DEADLINE_EXCEEDED), Fail(CODE.UNKNOWN)):
            self.answers[CREATE] = [failure]
            with self.subTest(failure.status), self.assertRaisesRegex(
                    OutcomeUnknown, "order-1") as caught:
                self.client.create_trade(DRAFT, "order-1")
            self.assertEqual(caught.exception.request_id, "order-1")
            self.assertLess(self.clock.time, 20)
            self.clock.time = 0

    def test_an_error_of_the_server_leaves_the_outcome_open(self):
        for code in (CODE.INTERNAL, CODE.DATA_LOSS):
            self.answers[CREATE] = [Fail(code)]
            with self.assertRaises(OutcomeUnknown):
                self.client.create_trade(DRAFT)
        self.assertEqual(len(self.created()), 2)

    def test_a_queue_that_stays_full_did_nothing(self):
        self.answers[CREATE] = [BUSY]
        with self.assertRaises(Unavailable):
            self.client.create_trade(DRAFT)

    def test_a_full_queue_after_no_answer_proves_nothing(self):
        self.answers[CREATE] = [GONE, BUSY]
        with self.assertRaises(OutcomeUnknown):
            self.client.create_trade(DRAFT)

    def test_a_key_that_ends_between_two_attempts_proves_nothing(self):
        revoked = Fail(CODE.UNAUTHENTICATED, "CREDENTIAL_INVALID")
        self.answers[CREATE] = [GONE, revoked]
        with self.assertRaises(OutcomeUnknown):
            self.client.create_trade(DRAFT)
        self.answers[CREATE] = [revoked]
        with self.assertRaises(Refused):
            self.client.create_trade(DRAFT)

    def test_a_read_without_answer_is_unavailable(self):
        self.answers[GET] = [GONE]
        with self.assertRaises(Unavailable):
            self.client.trade("t7")
        self.answers[GET] = [Fail(CODE.OUT_OF_RANGE, "SEQUENCE_NOT_REACHED")]
        with self.assertRaises(Unavailable):
            self.client.trade("t7")

    def test_a_server_that_comes_back_is_found(self):
        self.answers[CREATE] = [made()]
        address = self.server.address
        self.server.stop()

        def sleep(seconds):
            # Real time too: the connection is made behind the calls.
            self.clock.sleep(seconds)
            time.sleep(seconds / 4)
            if len(self.clock.waits) == 2:
                again = FakeServer(address=address)
                self.addCleanup(again.stop)
                again.answers = self.answers
        client = self.connect(address, retry=RetryPolicy(
            wait_max=1, now=self.clock.now, sleep=sleep))
        self.answers[NETWORK].insert(0, GONE)
        self.assertEqual(client.create_trade(DRAFT).outcome.sequence, 7)
        self.assertGreater(len(self.clock.waits), 2)

    def test_times_of_zero_are_refused(self):
        with self.assertRaises(ValueError):
            RetryPolicy(total_timeout=0)


class RequestTest(Scene):

    def test_amounts_and_names_are_those_of_the_server(self):
        self.answers[CREATE] = [made()]
        trade = self.client.create_trade(TradeDraft(
            "imprimerie", "networks/res/members/boulangerie", "720.00",
            cash="480.5", invoice_number="F-1", gross="1200.50"))
        sent = self.created()[0]
        self.assertEqual(sent.parent, "networks/res")
        self.assertEqual(sent.trade.seller, "networks/res/members/imprimerie")
        self.assertEqual(sent.trade.buyer, "networks/res/members/boulangerie")
        self.assertEqual(sent.trade.unit_leg.minor_units, 72000)
        self.assertEqual(sent.trade.cash_leg.minor_units, 48050)
        self.assertEqual(sent.trade.cash_leg.currency_code, "EUR")
        self.assertEqual(sent.trade.invoice.gross_minor_units, 120050)
        self.assertEqual(str(trade.units), "720.00")

    def test_an_amount_that_cannot_be_sent_is_not(self):
        for draft, error in (
                (TradeDraft("a", "b", 720.0), TypeError),
                (TradeDraft("a", "b", "0.001"), ValueError),
                (TradeDraft("a", "b", "1", cash=0.0), TypeError),
                (TradeDraft("a", "b", "1", invoice_number="F", gross=0.0),
                 TypeError),
                (TradeDraft("a", "b", "1", gross="2"), ValueError)):
            with self.subTest(draft), self.assertRaises(error):
                self.client.create_trade(draft)
        self.assertEqual(self.created(), [])

    def test_a_request_id_that_the_server_refuses_is_not_sent(self):
        for request_id in ("x" * 65, "a\nb", "\u00e9"):
            with self.subTest(request_id), self.assertRaises(ValueError):
                self.client.create_trade(DRAFT, request_id)
        self.assertEqual(self.created(), [])

    def test_reads_wait_for_what_was_answered(self):
        self.answers[CREATE] = [made(41)]
        self.answers[GET] = [trade_service_pb2.GetTradeResponse(sequence=57)]
        self.client.create_trade(DRAFT)
        self.client.trade("t41")
        self.client.trade("t41")
        self.assertEqual(
            [request.min_sequence for request in self.server.requests(
                GET, trade_service_pb2.GetTradeRequest)], [41, 57])
        self.client.saw(60)
        self.client.saw(59)
        self.assertEqual(self.client.sequence, 60)

    def test_a_preview_keeps_nothing_and_says_all(self):
        self.answers[CREATE] = [trade_service_pb2.CreateTradeResponse(
            outcome=outcome_pb2.Outcome(sequence=9, refusals=[
                {"reason": "MEMBER_NOT_ACTIVE"},
                {"reason": "CREDIT_LINE_EXCEEDED"}]))]
        self.assertEqual(len(self.client.preview(DRAFT)), 2)
        self.assertTrue(self.created()[0].validate_only)

    def test_pages_are_asked_for_alike_until_the_last(self):
        page = trade_service_pb2.ListTradesResponse
        self.answers[LIST] = [
            page(trades=[made(1).trade], next_page_token="x", sequence=5),
            GONE,
            page(next_page_token="y", sequence=5),
            page(trades=[made(2).trade], sequence=5)]
        found = [trade.name for trade in self.client.trades(state="SETTLED")]
        self.assertEqual(found, ["networks/res/trades/t1",
                                 "networks/res/trades/t2"])
        sent = self.server.requests(LIST, trade_service_pb2.ListTradesRequest)
        self.assertEqual([one.page_token for one in sent], ["", "x", "x", "y"])
        for one in sent:
            one.page_token = ""
            self.assertEqual(one, sent[0])

    def test_a_statement_is_whole(self):
        page = account_service_pb2.GetStatementResponse
        line = {"amount": {"minor_units": -5}, "kind": "TRADE",
                "booking_date": {"year": 2026, "month": 2, "day": 28}}
        balances = {"opening_balance": {"minor_units": 0},
                    "closing_balance": {"minor_units": -10}}
        self.answers["AccountService/GetStatement"] = [
            page(lines=[line], next_page_token="x", **balances),
            page(lines=[line], **balances)]
        statement = self.client.statement("boulangerie")
        self.assertEqual(sum(one.amount for one in statement.lines),
                         statement.closing_balance)
        self.assertEqual(str(statement.lines[0].booking_date), "2026-02-28")
        self.assertEqual(str(statement.closing_balance), "-0.10")


class BatchTest(Scene):

    def echo(self, error_of=lambda item: None):
        """Answers a batch, item by item: made, or what `error_of` says."""
        def answer(data):
            request = trade_service_pb2.BatchCreateTradesRequest.FromString(
                data)
            response = trade_service_pb2.BatchCreateTradesResponse(sequence=88)
            for item in request.requests:
                error = error_of(item)
                if error is None:
                    one = made()
                    one.trade.name = "networks/res/trades/" + item.request_id
                    response.results.add(response=one)
                else:
                    response.results.add(error=error.status)
            return response
        return answer

    def sent(self):
        return [[item.request_id for item in request.requests]
                for request in self.server.requests(
                    BATCH, trade_service_pb2.BatchCreateTradesRequest)]

    def drafts(self, count):
        return [(f"r{i}", DRAFT) for i in range(count)]

    def test_results_are_in_order_over_chunks(self):
        self.answers[BATCH] = [self.echo()]
        results = list(self.client.create_trades(self.drafts(7), chunk=3))
        self.assertEqual([one.index for one in results], list(range(7)))
        self.assertEqual([one.trade.name.split("/")[-1] for one in results],
                         [f"r{i}" for i in range(7)])
        self.assertEqual([len(chunk) for chunk in self.sent()], [3, 3, 1])
        self.assertEqual(self.client.sequence, 88)

    def test_a_chunk_without_answer_is_sent_again_whole(self):
        self.answers[BATCH] = [GONE, self.echo()]
        results = list(self.client.create_trades(self.drafts(3)))
        self.assertTrue(all(one.trade for one in results))
        self.assertEqual(self.sent(), [["r0", "r1", "r2"]] * 2)

    def test_only_items_without_answer_are_sent_again(self):
        self.answers[BATCH] = [
            self.echo(lambda item: BUSY if item.request_id in ("r1", "r3")
                      else None),
            self.echo()]
        results = list(self.client.create_trades(self.drafts(5)))
        self.assertEqual([one.request_id for one in results],
                         [f"r{i}" for i in range(5)])
        self.assertTrue(all(one.trade for one in results))
        self.assertEqual(self.sent()[1:], [["r1", "r3"]])
        self.assertEqual(self.clock.waits, [.5])

    def test_a_refused_item_does_not_stop_the_others(self):
        refused = Fail(CODE.ALREADY_EXISTS, "DUPLICATE_INVOICE",
                       number="F-1", trade="networks/res/trades/t1")
        self.answers[BATCH] = [self.echo(
            lambda item: refused if item.request_id == "r1" else None)]
        results = list(self.client.create_trades(self.drafts(3)))
        self.assertIsInstance(results[1], BatchResult)
        self.assertIsInstance(results[1].error, Refused)
        self.assertEqual(results[1].error.metadata["trade"],
                         "networks/res/trades/t1")
        self.assertEqual([bool(one.trade) for one in results],
                         [True, False, True])

    def test_items_of_a_lost_chunk_are_unknown(self):
        self.answers[BATCH] = [GONE]
        results = list(self.client.create_trades(self.drafts(2)))
        self.assertTrue(all(isinstance(one.error, OutcomeUnknown)
                            for one in results), results)
        self.answers[BATCH] = [BUSY]
        results = list(self.client.create_trades(self.drafts(2)))
        self.assertTrue(all(isinstance(one.error, Unavailable)
                            for one in results), results)

    def test_each_item_is_in_doubt_for_itself(self):
        stopping = Fail(CODE.UNAVAILABLE, "SHUTTING_DOWN")
        revoked = Fail(CODE.UNAUTHENTICATED, "CREDENTIAL_INVALID")

        def errors_of(item):
            return {"r0": stopping, "r1": BUSY}.get(item.request_id)
        for last, kinds in (
                (BUSY, [OutcomeUnknown, Unavailable, type(None)]),
                (revoked, [OutcomeUnknown, Refused, type(None)])):
            self.answers[BATCH] = [self.echo(errors_of),
                                   self.echo(lambda item: last)]
            results = list(self.client.create_trades(self.drafts(3)))
            self.assertEqual([type(one.error) for one in results], kinds)

    def test_the_longest_wait_that_an_item_asks_for_is_kept(self):
        full = Fail(CODE.RESOURCE_EXHAUSTED, "DISK_NEARLY_FULL", retry_after=3)
        self.answers[BATCH] = [
            self.echo(lambda item: full if item.request_id == "r1" else BUSY),
            self.echo()]
        list(self.client.create_trades(self.drafts(3)))
        self.assertEqual(self.clock.waits, [3])

    def test_a_short_answer_is_no_answer(self):
        self.answers[BATCH] = [
            trade_service_pb2.BatchCreateTradesResponse(sequence=4)]
        for one in self.client.create_trades(self.drafts(2)):
            self.assertIsInstance(one.error, OutcomeUnknown)

    def test_large_trades_make_small_chunks(self):
        self.answers[BATCH] = [self.echo()]
        large = TradeDraft("a", "b", "1", description="x" * 1_000_000)
        list(self.client.create_trades([(f"r{i}", large) for i in range(17)]))
        self.assertEqual([len(chunk) for chunk in self.sent()], [8, 8, 1])


class ConnectionTest(Scene):

    def test_a_key_goes_with_every_call_and_into_no_message(self):
        self.answers[GET] = [trade_service_pb2.GetTradeResponse()]
        client = self.connect(api_key="skn-secret")
        client.trade("t1")
        for _, _, metadata in self.server.calls:
            self.assertEqual(metadata["authorization"], "Bearer skn-secret")
        self.assertNotIn("secret", repr(vars(client)))
        for key in ("skn-secret\n", " skn-secret", "", "skn-\u00e9secret"):
            with self.assertRaises(ValueError) as caught:
                self.connect(api_key=key)
            self.assertNotIn("secret", str(caught.exception))

    def test_without_tls_no_other_machine_is_called(self):
        for address in ("192.0.2.1:7411", "skontro.example:7411",
                        "127.skontro.example:7411", "127.1:7411",
                        "127.0.0.1.skontro.example:7411", "[::2]:7411",
                        "localhost.skontro.example:7411", "[localhost]:7411"):
            with self.assertRaisesRegex(ValueError, "TLS"):
                self.connect(address, tls=False)
        for address in ("localhost:1", "[::1]:1", "127.0.0.2:1",
                        "[0:0:0:0:0:0:0:1]:1"):
            self.connect(address, tls=False)

    def test_a_server_of_the_named_authority_is_trusted_alone(self):
        with tempfile.TemporaryDirectory() as directory:
            try:
                files = [self.certificate(pathlib.Path(directory), name)
                         for name in ("server", "stranger")]
            except FileNotFoundError:
                self.skipTest("openssl is not there")
            server = FakeServer(grpc.ssl_server_credentials(
                [tuple(file.read_bytes() for file in files[0])]))
            self.addCleanup(server.stop)
            server.answers = self.answers
            good = self.connect(server.address, api_key="key",
                                ca_file=str(files[0][1]))
            self.assertEqual(good.unit.code, "RES")
            self.assertEqual(server.calls[-1][2]["authorization"],
                             "Bearer key")
            before = len(server.calls)
            with self.assertRaises(Unavailable):
                self.connect(server.address, api_key="key",
                             ca_file=str(files[1][1])).network_info()
            self.assertEqual(len(server.calls), before)

    @staticmethod
    def certificate(directory, name):
        key, certificate = directory / f"{name}.key", directory / f"{name}.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:P-256", "-nodes", "-keyout", str(key), "-out",
             str(certificate), "-days", "2", "-subj", "/CN=localhost",
             "-addext", "subjectAltName=IP:127.0.0.1"],
            check=True, capture_output=True)
        return key, certificate


if __name__ == "__main__":
    unittest.main()

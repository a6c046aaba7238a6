#!/usr/bin/python3
"""Lists of the client, with their filters, against a real skontrod."""

import datetime
import os
import pathlib
import sys
import tempfile
import unittest

import client_package
from skontro import Client, Refused, TradeDraft
from skontro.filters import all_of, term, words
from skontro.v1 import network_service_pb2

PROGRAM = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else ""


class FilterTextTest(unittest.TestCase):

    def test_a_text_is_a_value_whatever_it_holds(self):
        self.assertEqual(term("a", "=", 'x" OR b = "\\'),
                         'a = "x\\" OR b = \\"\\\\"')
        self.assertEqual(words("d'été"), '"d\'été"')

    def test_what_is_empty_narrows_nothing(self):
        self.assertEqual(all_of("", "", term("a", "=", None)), "")
        self.assertEqual(all_of("x OR y", term("a", ">", 0)),
                         "x OR y AND a > 0")

    def test_values_are_written_as_the_language_has_them(self):
        day = datetime.date(2026, 3, 1)
        noon = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.timezone.utc)
        self.assertEqual(term("d", ">=", day), 'd >= "2026-03-01"')
        self.assertEqual(term("t", "<", noon), 't < "2026-03-01T12:00:00+00:00"')
        with self.assertRaises(ValueError):
            term("t", "<", datetime.datetime(2026, 3, 1))
        for wrong in (True, 1.5):
            with self.assertRaises(TypeError):
                term("n", "=", wrong)


class ListsTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory(prefix="skontro-lists-")
        cls.addClassCleanup(directory.cleanup)
        server = client_package.start_server(
            PROGRAM, pathlib.Path(directory.name) / "data")
        cls.addClassCleanup(server.__exit__)
        cls.client = Client(server.address, "res")
        cls.addClassCleanup(cls.client.close)
        cls.client.create_network(network_service_pb2.Network(
            display_name="Res", unit_code="RES", unit_decimals=2,
            peg_currency_code="EUR", time_zone="Europe/Paris",
            default_credit_line={"minor_units": 100_000}))
        for member in ("imprimerie", "boulangerie", "garage"):
            cls.client.create_member(member, "Entreprise " + member.title(),
                                     "FR")
        cls.client.pay(TradeDraft("imprimerie", "boulangerie", "900.00",
                                  invoice_number="F 1"))
        cls.open = cls.client.create_trade(
            TradeDraft("garage", "boulangerie", "12.50",
                       description='Révision "complète"'))
        cls.client.pay(TradeDraft("boulangerie", "garage", "40.00"))

    def units(self, **filters):
        return [str(trade.units) for trade in self.client.trades(**filters)]

    def test_trades_by_each_filter(self):
        today = datetime.datetime.now(datetime.timezone.utc).date()
        day = datetime.timedelta(days=2)
        for expected, filters in (
                (["40.00", "12.50", "900.00"], {}),
                (["900.00", "12.50", "40.00"], {"order_by": "create_time"}),
                (["900.00"], {"seller": "imprimerie"}),
                (["12.50", "900.00"], {"buyer": "boulangerie"}),
                (["12.50"], {"state": "PROPOSED"}),
                (["40.00"], {"at_least": 20, "at_most": "40.00"}),
                (["900.00"], {"invoice_number": "f1"}),
                (["12.50"], {"text": 'revision "COMPLETE"'}),
                (["900.00"], {"filter": "unit_leg.minor_units > 50000"}),
                (["40.00", "900.00"], {"filter": "NOT state = PROPOSED"}),
                ([], {"from_date": today + day}),
                (["40.00"], {"member": "garage", "to_date": today + day,
                             "state": "SETTLED"}),
                (["900.00"], {"as_of_sequence": 5})):
            self.assertEqual(self.units(**filters), expected, filters)

    def test_entries_by_amount_side_and_trade(self):
        def amounts(**filters):
            return [str(line.amount)
                    for line in self.client.entries("boulangerie", **filters)]
        self.assertEqual(amounts(), ["-900.00", "40.00"])
        self.assertEqual(amounts(order_by="sequence desc"),
                         ["40.00", "-900.00"])
        self.assertEqual(amounts(at_most=0), ["-900.00"])
        self.assertEqual(amounts(counterparty="garage"), ["40.00"])
        self.assertEqual(amounts(invoice_number="F1"), ["-900.00"])
        self.assertEqual(amounts(kind="REVERSAL"), [])

    def test_members_and_accounts_by_distance_to_the_limit(self):
        near = list(self.client.accounts(line_used_percent=80))
        self.assertEqual([one.name.split("/")[3] for one in near],
                         ["boulangerie"])
        self.assertEqual(
            [one.id for one in self.client.members(spendable_below=1000)],
            ["boulangerie", "garage"])
        self.assertEqual(
            [one.id for one in self.client.members(order_by="spendable desc")],
            ["imprimerie", "garage", "boulangerie"])
        self.assertEqual([one.id for one in self.client.members(text="GARA")],
                         ["garage"])

    def test_what_cannot_be_read_is_refused_with_its_place(self):
        with self.assertRaises(Refused) as refused:
            self.units(filter="state = PAID")
        self.assertEqual(refused.exception.reason, "FIELD_INVALID")
        self.assertIn("at character 9", refused.exception.metadata["allowed"])
        with self.assertRaises(Refused):
            self.units(order_by="amount")


if __name__ == "__main__":
    unittest.main()

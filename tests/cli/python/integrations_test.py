#!/usr/bin/python3
"""Runs the commands of docs/integrations as they stand there: against a real
skontrod, with the sample files, and with stand-ins for the ERPs' APIs."""

import csv
import datetime
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
from decimal import Decimal

import client_package
import fake_erp
from grpc_client import Skontrod
from skontro import Client
from skontro.v1 import network_service_pb2

SKONTROD, SKONTRO = (os.path.abspath(sys.argv.pop(1)) for _ in range(2))
PAGES = client_package.SOURCE / "docs" / "integrations"


class IntegrationsTest(unittest.TestCase):

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="skontro-erp-")
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)
        self.server = Skontrod(SKONTROD, self.directory / "data")
        self.addCleanup(lambda: self.server.__exit__())
        self.client = Client(self.server.address, "res")
        self.addCleanup(self.client.close)
        self.client.create_network(network_service_pb2.Network(
            display_name="Res", unit_code="RES", unit_decimals=2,
            peg_currency_code="EUR", time_zone="Europe/Paris",
            default_credit_line={"minor_units": 100_000_00}))
        for member, name, vat_id, siren in (
                ("imprimerie", "Imprimerie Martin SARL", "FR44732829320",
                 "732829320"),
                ("boulangerie", "Boulangerie Dupont SPRL", "BE0123456749", ""),
                ("garage", "Garage Martin SARL", "FR40303265045",
                 "303265045")):
            self.client.create_member(
                member, name, vat_id[:2], vat_id=vat_id,
                company_ids={"siren": siren} if siren else None)
        (self.directory / "docs").symlink_to(client_package.SOURCE / "docs")
        (self.directory / "erp.key").write_text(fake_erp.KEY + "\n")
        programs = self.directory / "bin"
        programs.mkdir()
        (programs / "skontro").symlink_to(SKONTRO)
        self.environment = {
            **os.environ, "PYTHONPATH": str(client_package.PACKAGES),
            "PATH": f"{programs}:{os.environ['PATH']}",
            "SKONTRO_ENDPOINT": self.server.address, "SKONTRO_NETWORK": "res",
            "YEAR": str(datetime.date.today().year)}

    def blocks(self, page):
        """The commands of a page: the mark's word, and the text."""
        found = re.findall(r"^<!-- run ?(\w*) -->\n```sh\n(.*?)^```$",
                           (PAGES / page).read_text(encoding="utf-8"),
                           re.MULTILINE | re.DOTALL)
        self.assertEqual(len(found), 4, page)
        return found

    def run_block(self, block, **more):
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block], cwd=self.directory,
            env={**self.environment, **more}, text=True, capture_output=True,
            timeout=100)

    def by_file(self, block, expected):
        """Sends the sample, twice; returns its trades by invoice number."""
        done = self.run_block(block)
        self.assertEqual(done.returncode, 0, done)
        self.assertIn("2 rows: 2 booked, 0 refused, 0 duplicate", done.stdout)
        again = self.run_block(block)
        self.assertIn("0 booked, 2 booked before", again.stdout)
        made = {trade.invoice_number: trade for trade in self.client.trades()}
        for number, (buyer, units, issued, due) in expected.items():
            trade = made[number]
            self.assertEqual(
                (trade.seller, trade.buyer, trade.units, trade.cash,
                 str(trade.issue_date), trade.state),
                ("networks/res/members/imprimerie",
                 "networks/res/members/" + buyer, Decimal(units), 0, issued,
                 "PROPOSED"))
            date = trade.message.invoice.due_date
            self.assertEqual(
                f"{date.year}-{date.month:02}-{date.day:02}", due)

    def by_api(self, erp, block, share):
        """Gets two invoices of the stand-in; the others are left out by name."""
        with fake_erp.ERPS[erp]() as server:
            first, _, rest = block.partition("docs/examples/submit_csv.py")
            fetched = self.run_block(first, ERP=server.url)
            self.assertEqual(fetched.returncode, 1, fetched)
            for number in fake_erp.LEFT_OUT:
                self.assertIn(f"invoice {number}: left out:", fetched.stderr)
            self.assertEqual(fetched.stderr.count("left out"), 4)
            (self.directory / "erp.key").write_text("wrong")
            self.assertEqual(
                self.run_block(first.replace(">invoices.csv", ">nothing.csv"),
                               ERP=server.url).returncode, 2)
            (self.directory / "erp.key").write_text(fake_erp.KEY)
        done = self.run_block("docs/examples/submit_csv.py" + rest)
        self.assertEqual(done.returncode, 0, done)
        self.assertIn("2 rows: 2 booked", done.stdout)
        made = {trade.invoice_number: trade for trade in self.client.trades()}
        one, two = made["API-1"], made["API-2"]
        self.assertEqual(one.buyer, "networks/res/members/boulangerie")
        self.assertEqual(two.buyer, "networks/res/members/garage")
        for trade, gross in ((one, "720.10"), (two, "33.33")):
            self.assertEqual(trade.units + trade.cash, Decimal(gross))
            self.assertEqual(trade.message.invoice.gross_minor_units,
                             int(Decimal(gross) * 100))
        self.assertEqual([str(one.units), str(two.units)], share)
        self.assertEqual(str(one.issue_date), "2026-02-27")
        self.assertEqual(one.message.invoice.purchase_order, "PO-1")
        self.assertEqual(one.message.invoice.due_date.month, 3)

    def lines(self, block):
        done = self.run_block(block)
        self.assertEqual(done.returncode, 0, done)
        text = (self.directory / "lines.csv").read_text(encoding="utf-8")
        return list(csv.DictReader(text.splitlines()))

    def settle(self):
        """The buyers accept all but one; one of them is reversed."""
        proposed = list(self.client.trades(state="PROPOSED"))
        for trade in proposed[1:]:
            self.client.accept(trade.name)
        self.client.reverse(proposed[-1].name)
        return len(proposed)

    def go(self, page, expected, share, amount_of):
        file, (erp, api), back, entries = self.blocks(page)
        self.by_file(file[1], expected)
        self.by_api(erp, api, share)
        self.assertEqual(self.settle(), 4)
        lines = self.lines(back[1])
        self.assertEqual(len(lines), 4)  # Three settled, one of them back.
        statement = self.client.statement("imprimerie")
        self.assertEqual([amount_of(line) for line in lines],
                         [line.national_value for line in statement.lines])
        self.assertEqual(sum(map(amount_of, lines)),
                         statement.closing_balance)
        references = [line.get("ref") or line["Reference Number"]
                      for line in lines]
        self.assertEqual(references, [f"res-{line.sequence}"
                                      for line in statement.lines])
        # A second run has nothing new, a third only what was settled since.
        self.assertEqual(self.lines(back[1]), [])
        last = next(self.client.trades(state="PROPOSED"))
        self.client.accept(last.name)
        self.assertEqual([amount_of(line) for line in self.lines(back[1])],
                         [last.units])
        done = self.run_block(entries[1])
        self.assertEqual(done.returncode, 0, done)
        table = [file for file in (self.directory / "books").iterdir()
                 if file.suffix in (".txt", ".csv")
                 and "description" not in file.name]
        self.assertEqual(len(table), 1, table)
        return table[0].read_text(encoding="utf-8")

    def test_odoo(self):
        table = self.go(
            "odoo.md",
            {"INV/2026/00017": ("boulangerie", "720.50", "2026-02-28",
                                "2026-03-30"),
             "INV/2026/00018": ("garage", "96.00", "2026-02-28",
                                "2026-03-30")},
            ["432.06", "19.99"], lambda line: Decimal(line["amount"]))
        # As Odoo's FEC import wants it.
        header, row = table.split("\n")[:2]
        self.assertEqual(len(header.split("\t")), 18)
        self.assertRegex(row.split("\t")[3], r"^\d{8}$")
        self.assertIn("INV/2026/00017", table)

    def test_erpnext(self):
        table = self.go(
            "erpnext.md",
            {"ACC-SINV-2026-00007": ("boulangerie", "250.00", "2026-03-02",
                                     "2026-04-01"),
             "ACC-SINV-2026-00008": ("garage", "1200.00", "2026-03-02",
                                     "2026-04-01")},
            ["720.10", "33.33"],
            lambda line: Decimal(line["Deposit"]) - Decimal(line["Withdrawal"]))
        self.assertIn(";TxId;", table.splitlines()[0])

    def test_dolibarr(self):
        self.go("dolibarr.md",
                {"FA2603-0041": ("boulangerie", "84.70", "2026-03-03",
                                 "2026-04-02"),
                 "FA2603-0042": ("garage", "1512.00", "2026-03-03",
                                 "2026-04-02")},
                ["720.10", "33.33"], lambda line: Decimal(line["amount"]))

    def test_the_operators_list_of_members_names_the_partners(self):
        done = self.run_block(
            "skontro member list --format csv >members.csv\n"
            "printf 'buyer_tax_id,units\\nbe-0123456749,5.00\\n' >one.csv\n"
            "docs/examples/submit_csv.py --set seller=imprimerie "
            "--members members.csv one.csv")
        self.assertEqual(done.returncode, 0, done)
        self.assertEqual(next(self.client.trades()).buyer,
                         "networks/res/members/boulangerie")

    def test_an_erp_elsewhere_is_asked_over_tls_only(self):
        done = self.run_block(
            "docs/examples/erp_invoices.py erpnext --key-file erp.key "
            "--url http://192.0.2.1")
        self.assertEqual(done.returncode, 2)
        self.assertIn("https", done.stderr)


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/python3
"""docs/examples/submit_csv.py as a person runs it, against a real skontrod:
what it reports, and that whatever is killed, every row is booked once."""

import csv
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

import client_package
from skontro import Client
from skontro.v1 import network_service_pb2

PROGRAM = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else ""
SUBMIT = client_package.SOURCE / "docs" / "examples" / "submit_csv.py"
HEADER = "seller,buyer,units,initiator,invoice"


class SubmitTest(unittest.TestCase):

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="skontro-csv-")
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)
        self.server = None
        self.start()
        self.addCleanup(lambda: self.server.__exit__())
        self.client = Client(self.server.address, "res")
        self.addCleanup(self.client.close)
        self.client.create_network(network_service_pb2.Network(
            display_name="Res", unit_code="RES", unit_decimals=2,
            peg_currency_code="EUR",
            default_credit_line={"minor_units": 1_000_000_00}))
        self.client.create_member("imprimerie", "Imprimerie", "FR",
                                  vat_id="FR44732829320")
        self.client.create_member("boulangerie", "Boulangerie", "BE",
                                  vat_id="BE0123456749")

    def start(self):
        self.server = client_package.start_server(
            PROGRAM, self.directory / "data", self.server)

    def file(self, *rows, header=HEADER, name="trades.csv"):
        path = self.directory / name
        path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
        return str(path)

    def many(self, count):
        return self.file(*(f"imprimerie,boulangerie,1.00,buyer,F-{index}"
                           for index in range(count)))

    def begin(self, path, *flags, patience="120"):
        return subprocess.Popen(
            [str(SUBMIT), "--endpoint", self.server.address, "--network", "res",
             "--patience", patience, *flags, path],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": str(client_package.PACKAGES)})

    def end(self, process, code, *words):
        out, errors = process.communicate(timeout=200)
        self.assertEqual(process.returncode, code, out + errors)
        for word in words:
            self.assertIn(word, out + errors)
        return out, errors

    def submit(self, path, code, *words, flags=(), patience="120"):
        return self.end(self.begin(path, *flags, patience=patience), code,
                        *words)

    def read_until(self, process, word):
        """Reads the progress up to `word`; it is written with returns."""
        text = ""
        while word not in text:
            piece = os.read(process.stderr.fileno(), 4096).decode()
            self.assertTrue(piece, f"it ended without {word!r}: {text}")
            text += piece
        return text

    def booked(self):
        return self.client.account("imprimerie").message.posting_count

    # --- What it reports ------------------------------------------------------

    def test_every_row_is_told_what_became_of_it(self):
        path = self.file(
            "imprimerie,boulangerie,10.00,buyer,F-1",
            "imprimerie,boulangerie,20.00,seller,F-2",
            "imprimerie,boulangerie,10.00,buyer,F-1",      # As line 2.
            "imprimerie,boulangerie,11.00,buyer,f- 1 ",     # Its invoice.
            "imprimerie,boulangerie,1000000.01,buyer,F-3",
            "imprimerie,nobody,1.00,buyer,F-4")
        results = self.directory / "results.csv"
        out, errors = self.submit(
            path, 1, "6 rows: 2 booked, 2 refused, 2 duplicate",
            "line 4: duplicate: the same as line 2",
            "line 5: duplicate: DUPLICATE_INVOICE",
            "line 6: refused: CREDIT_LINE_EXCEEDED",
            "line 7: refused: RESOURCE_NOT_FOUND",
            flags=["--results", str(results)])
        with results.open(newline="") as file:
            table = list(csv.DictReader(file))
        self.assertEqual([row["result"] for row in table],
                         ["booked", "booked", "duplicate", "duplicate",
                          "refused", "refused"])
        self.assertEqual(table[3]["trade"], table[0]["trade"])
        self.assertEqual(len(table[0]["digest"]), 64)
        trade = self.client.trade(table[0]["trade"])
        self.assertEqual((trade.state, str(trade.units)), ("SETTLED", "10.00"))
        self.assertEqual(trade.message.settle_sequence,
                         int(table[0]["sequence"]))
        self.assertEqual(self.client.trade(table[1]["trade"]).state, "PROPOSED")
        self.assertNotIn("\r", errors)
        # The same again: nothing more.
        self.submit(path, 1,
                    "6 rows: 0 booked, 2 booked before, 2 refused, 2 duplicate")
        self.assertEqual(self.booked(), 1)

    def test_a_row_is_the_same_in_another_file_and_order(self):
        self.submit(self.file("imprimerie,boulangerie,1.00,buyer,F-1",
                              "imprimerie,boulangerie,2.00,buyer,F-2"), 0)
        self.submit(self.file("buyer,F-2,imprimerie, 2.00 ,boulangerie,",
                              "", "buyer,F-1,imprimerie,1.00,boulangerie,",
                              header="initiator,invoice,seller,units,buyer,"
                                     "description", name="other.csv"),
                    0, "2 rows: 0 booked, 2 booked before")
        self.assertEqual(self.booked(), 2)

    def test_a_file_with_a_wrong_row_is_not_sent(self):
        self.submit(self.file(
            "imprimerie,boulangerie,1.00,buyer,F-1",
            "imprimerie,boulangerie,1.001,buyer,F-2",
            "imprimerie,boulangerie,,buyer,F-3",
            "imprimerie,,1.00,buyer,F-4",
            "imprimerie,boulangerie,1.00,both,F-5"), 2,
            "line 3: units: 1.001 has more decimals", "line 4: units",
            "line 5: buyer", "line 6: initiator")
        for header in ("seller,buyer,units,colour,invoice",
                       "seller,buyer,buyer,units,invoice",
                       "seller,buyer,cash,initiator,invoice"):
            self.submit(self.file("a,b,1,2,3", header=header), 2, "column")
        self.submit(self.file("a,b,1"), 2, "line 2: 3 cells")
        self.submit(self.file(), 2, "no row")
        self.submit(self.file("a,b,1.00," + "x" * 65,
                              header="seller,buyer,units,request_id"), 2,
                    "line 2: request_id")
        self.submit(str(self.directory / "none.csv"), 2, "none.csv")
        self.assertEqual(self.booked(), 0)

    def test_a_file_of_another_program_is_understood(self):
        path = self.file(
            "F-9;BE 0123.456.749;1 rue X;720,50;2026-02-28;S:20%:600,42:120,08",
            header="Number;Tax ID;Address;Total;Date;Taxes")
        flags = ["--delimiter", ";", "--decimal-comma", "--ignore-others",
                 "--set", "seller=imprimerie", "--map", "Number=invoice",
                 "--map", "Tax ID=buyer_tax_id", "--map", "Total=units",
                 "--map", "Date=invoice_date", "--map", "Taxes=tax_lines"]
        self.submit(path, 0, "1 booked", flags=flags)
        trade = next(self.client.trades())
        self.assertEqual((str(trade.units), trade.invoice_number,
                          str(trade.issue_date), trade.state,
                          trade.buyer.split("/")[-1]),
                         ("720.50", "F-9", "2026-02-28", "PROPOSED",
                          "boulangerie"))
        line = trade.message.invoice.tax_lines[0]
        self.assertEqual((line.rate_ppm, line.base_minor_units,
                          line.tax_minor_units), (200000, 60042, 12008))
        self.submit(self.file("imprimerie,FR0,1.00",
                              header="seller,buyer_tax_id,units"), 2,
                    "no member that this caller sees has FR0")
        members = self.file("fr 0,boulangerie", header="tax_id,member",
                            name="members.csv")
        flags = ["--members", members]
        path = self.file("imprimerie,FR0,1.00",
                         header="seller,buyer_tax_id,units")
        self.submit(path, 0, "1 booked", flags=flags)
        self.submit(path, 2, "tax_id (or vat_id) and member",
                    flags=["--members", path])

    def test_refused_rows_are_sent_again_under_new_ids(self):
        path = self.file("imprimerie,boulangerie,1.00,buyer,F-1",
                         "imprimerie,boulangerie,1000000.00,buyer,F-2")
        refused = str(self.directory / "refused.csv")
        self.submit(path, 1, "1 booked, 1 refused",
                    flags=["--refused", refused])
        self.client.set_credit_line("boulangerie", "2000000.00", "a good year")
        # The refusal of the first file stands.
        self.submit(path, 1, "0 booked, 1 booked before, 1 refused")
        self.submit(refused, 0, "1 rows: 1 booked")
        self.submit(refused, 0, "1 rows: 0 booked, 1 booked before")
        self.assertEqual(self.booked(), 2)

    # --- What is killed -------------------------------------------------------

    def test_a_server_that_is_killed_is_waited_for(self):
        process = self.begin(self.many(4000), "--chunk", "50", "--progress",
                             "always")
        self.read_until(process, "] 500 of 4000")
        self.server.stop(signal.SIGKILL)
        text = self.read_until(process, "no answer, trying again")
        self.assertNotIn("4000 of 4000", text)
        self.start()
        self.end(process, 0, "] 4000 of 4000",
                 "4000 rows: 4000 booked, 0 refused, 0 duplicate")
        self.assertEqual(self.booked(), 4000)

    def test_a_run_that_is_killed_goes_on_with_the_next(self):
        path = self.many(4000)
        process = self.begin(path, "--chunk", "50", "--progress", "always")
        self.read_until(process, "] 500 of 4000")
        process.kill()
        process.communicate()
        before = self.booked()
        self.assertTrue(500 <= before < 4000, before)
        out, _ = self.submit(path, 0, "4000 rows: ", "booked before")
        numbers = [int(word) for word in out.split() if word.isdigit()]
        self.assertEqual(numbers[1] + numbers[2], 4000, out)
        self.assertEqual(self.booked(), 4000)

    def test_an_interruption_leaves_rows_in_doubt(self):
        path = self.many(4000)
        process = self.begin(path, "--chunk", "50", "--progress", "always")
        self.read_until(process, "] 500 of 4000")
        process.send_signal(signal.SIGINT)
        self.end(process, 4, "in doubt", "not done", "run the same command")
        self.submit(path, 0, "booked before")
        self.assertEqual(self.booked(), 4000)

    def test_a_server_that_stays_away_is_given_up(self):
        path = self.many(4000)
        process = self.begin(path, "--chunk", "50", "--progress", "always",
                             patience="2")
        self.read_until(process, "] 500 of 4000")
        self.server.stop(signal.SIGKILL)
        self.end(process, 4, "50 in doubt")
        self.submit(path, 3, "nothing was sent", patience="1")
        self.start()
        self.submit(path, 0, "booked before")
        self.assertEqual(self.booked(), 4000)


if __name__ == "__main__":
    unittest.main()

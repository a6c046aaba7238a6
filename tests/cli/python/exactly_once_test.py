#!/usr/bin/python3
"""What docs/api.md promises under "Exactly once for clients", and its two
recipes as they stand there, against a real skontrod."""

import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import types
import unittest
import uuid

import client_package
from skontro import (Client, OutcomeUnknown, Refused, RetryPolicy, TradeDraft,
                     Unavailable)
from skontro.v1 import network_service_pb2

PROGRAM = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else ""
PAGE = (client_package.SOURCE / "docs" / "api.md").read_text(encoding="utf-8")


def recipe(mark):
    """The block behind a mark of the page."""
    found = re.search(rf"^<!-- {mark} -->\n```\w+\n(.*?)^```$", PAGE,
                      re.MULTILINE | re.DOTALL)
    assert found, f"docs/api.md has no block behind {mark!r}"
    return found[1]


class Scene(unittest.TestCase):

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="skontro-once-")
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)
        self.server = None
        self.http = "none"
        self.start()
        self.addCleanup(lambda: self.server.__exit__())
        self.client = self.network("walk")
        self.draft = TradeDraft("imprimerie", "boulangerie", "1.00",
                                buyer_pays=True)

    def start(self):
        self.server = client_package.start_server(
            PROGRAM, self.directory / "data", self.server, self.http)

    def network(self, name):
        client = Client(self.server.address, name)
        self.addCleanup(client.close)
        client.create_network(network_service_pb2.Network(
            display_name=name, unit_code="WLK", unit_decimals=2,
            peg_currency_code="EUR",
            default_credit_line={"minor_units": 1000_00}))
        client.create_member("imprimerie", "Imprimerie", "FR")
        client.create_member("boulangerie", "Boulangerie", "BE")
        return client

    def booked(self):
        return self.client.account("imprimerie").message.posting_count

    def refused(self, call, *arguments):
        with self.assertRaises(Refused) as caught:
            call(*arguments)
        return caught.exception.reason, caught.exception.metadata

    def stand_still(self):
        os.kill(self.server.process.pid, signal.SIGSTOP)
        os.waitpid(self.server.process.pid, os.WUNTRACED)

    def kill_and_start(self):
        self.server.stop(signal.SIGKILL)
        self.start()


class PromiseTest(Scene):

    def test_the_first_answer_comes_again_after_a_crash_and_a_reversal(self):
        first = self.client.create_trade(self.draft, "x1")
        self.client.reverse(first.name)
        self.kill_and_start()
        again = self.client.create_trade(self.draft, "x1")
        self.assertEqual(again.message, first.message)
        self.assertEqual(again.outcome, first.outcome)
        self.assertEqual((again.state, self.client.trade(first.name).state),
                         ("SETTLED", "REVERSED"))

    def test_another_network_is_another_request(self):
        other = self.network("other")
        self.client.create_trade(self.draft, "x1")
        other.create_trade(self.draft, "x1")
        self.assertEqual(other.account("imprimerie").message.posting_count, 1)
        self.assertEqual(self.booked(), 1)

    def test_alone_and_in_a_batch_are_the_same(self):
        alone = self.client.create_trade(self.draft, "x1")
        batch = list(self.client.create_trades(
            [("x1", self.draft), ("x2", self.draft), ("x2", self.draft)]))
        self.assertEqual(batch[0].trade, alone)
        self.assertEqual(batch[1].trade, batch[2].trade)
        self.assertEqual(self.client.create_trade(self.draft, "x2"),
                         batch[1].trade)
        self.assertEqual(self.booked(), 2)

    def test_a_refusal_stands_when_its_reason_is_gone(self):
        to_nobody = TradeDraft("imprimerie", "later", "1.00")
        before = self.refused(self.client.create_trade, to_nobody, "x1")
        self.assertEqual(before[0], "RESOURCE_NOT_FOUND")
        self.client.create_member("later", "Later", "FR")
        self.assertEqual(
            self.refused(self.client.create_trade, to_nobody, "x1"), before)
        self.assertEqual(
            self.client.create_trade(to_nobody, "x2").state, "PROPOSED")

    def test_another_content_is_refused_by_its_field(self):
        self.client.create_trade(self.draft, "x1")
        for field, draft in (
                ("trade", TradeDraft("imprimerie", "boulangerie", "1.01",
                                     buyer_pays=True)),
                ("trade", TradeDraft("imprimerie", "boulangerie", "1.00",
                                     buyer_pays=True, description="x")),
                ("trade_id", TradeDraft("imprimerie", "boulangerie", "1.00",
                                        buyer_pays=True, trade_id="mine"))):
            self.assertEqual(
                self.refused(self.client.create_trade, draft, "x1"),
                ("REQUEST_ID_REUSED", {"request_id": "x1", "field": field}))
        proposed = self.client.create_trade(
            TradeDraft("imprimerie", "boulangerie", "2.00"), "x2")
        self.assertEqual(
            self.refused(self.client.accept, proposed.name, "x2"),
            ("REQUEST_ID_REUSED", {"request_id": "x2", "field": "method"}))
        self.assertEqual(self.booked(), 1)

    def test_a_new_id_is_a_second_trade_unless_something_is_taken(self):
        self.client.create_trade(self.draft, "x1")
        self.client.create_trade(self.draft, "x2")
        self.assertEqual(self.booked(), 2)
        invoice = TradeDraft("imprimerie", "boulangerie", "1.00",
                             invoice_number="F-1", buyer_pays=True)
        self.client.create_trade(invoice, "x3")
        self.assertEqual(
            self.refused(self.client.create_trade, invoice, "x4")[0],
            "DUPLICATE_INVOICE")
        proposed = self.client.create_trade(
            TradeDraft("imprimerie", "boulangerie", "2.00"), "x5")
        accepted = self.client.accept(proposed.name, "x6")
        self.assertEqual(self.client.accept(proposed.name, "x6"), accepted)
        self.assertEqual(self.refused(self.client.accept, proposed.name,
                                      "x7")[0], "TRADE_STATE")

    def test_what_is_wrong_in_form_or_previewed_leaves_the_id_as_new(self):
        wrong = TradeDraft("imprimerie", "boulangerie", "0", buyer_pays=True)
        self.assertEqual(
            self.refused(self.client.create_trade, wrong, "preview")[0],
            "FIELD_INVALID")
        self.assertEqual(self.client.preview(self.draft), [])
        self.client.create_trade(self.draft, "preview")
        self.assertEqual(self.booked(), 1)


class RecipeTest(Scene):

    @unittest.skipIf(shutil.which("curl") is None, "needs curl")
    def test_the_recipe_for_a_shell_books_once(self):
        script = "\n".join(["set -euo pipefail",
                            recipe("curl").split("\n\n")[0],
                            recipe("retry in a shell")])
        log = self.directory / "curl.log"

        def run(text):
            return subprocess.Popen(
                ["bash", "-c", text], cwd=self.directory, text=True,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                env={**os.environ, "SKONTRO_HTTP": f"http://{self.http}",
                     "SKONTRO_DATA": str(self.directory / "data")})

        def wait_for(word):
            end = time.monotonic() + 60
            while word not in (log.read_text() if log.exists() else ""):
                self.assertLess(time.monotonic(), end, f"no {word}")
                time.sleep(0.02)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.http = f"127.0.0.1:{free.getsockname()[1]}"
        self.kill_and_start()
        self.stand_still()
        running = run(script)
        wait_for("timed out")
        self.server.stop(signal.SIGKILL)
        wait_for("Failed to connect")
        self.start()
        out, errors = running.communicate(timeout=100)
        self.assertEqual(running.returncode, 0, out + errors)
        self.assertIn('"digest"', out)
        self.assertEqual(self.booked(), 1)
        # A refusal ends it, with the reason.
        refused = run(script.replace('"100"', '"999999999"'))
        _, errors = refused.communicate(timeout=60)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("CREDIT_LINE_EXCEEDED", errors)

    def order(self, units="1.00"):
        done = []
        return types.SimpleNamespace(
            request_id="", draft=TradeDraft("imprimerie", "boulangerie", units,
                                            buyer_pays=True),
            save=lambda: done.append("saved"),
            done=lambda sequence, digest: done.append(("done", sequence)),
            refused=lambda reason, message: done.append(("refused", reason)),
            leave_for_later=lambda: done.append("later"), told=done)

    def follow(self, order, client):
        exec(recipe("retry in Python"), {
            "order": order, "client": client, "uuid": uuid,
            "Refused": Refused, "OutcomeUnknown": OutcomeUnknown,
            "Unavailable": Unavailable})

    def test_the_recipe_for_python_books_once(self):
        hurried = Client(self.server.address, "walk", retry=RetryPolicy(
            attempt_timeout=0.5, total_timeout=1))
        self.addCleanup(hurried.close)
        hurried.network_info()
        hurried.unit
        order = self.order()
        self.stand_still()
        self.follow(order, hurried)
        self.assertEqual(order.told, ["saved", "later"])
        self.kill_and_start()
        self.follow(order, self.client)
        self.assertEqual(order.told[2][0], "done")
        self.follow(order, self.client)
        self.assertEqual(order.told[3], order.told[2])
        self.assertEqual(self.booked(), 1)
        large = self.order("1000.00")
        self.follow(large, self.client)
        self.assertEqual(large.told,
                         ["saved", ("refused", "CREDIT_LINE_EXCEEDED")])


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/python3
"""The Python client with TLS and keys, against a real skontrod as it starts by
itself: what a member's key does, and that its retries outlive it."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import client_package
from skontro import Client, Refused, RetryPolicy, TradeDraft, Unavailable
from skontro.v1 import key_service_pb2 as key_pb
from skontro.v1 import network_service_pb2

PROGRAM = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else ""
TLS = client_package.has_tls(PROGRAM)
EXAMPLES = client_package.SOURCE / "docs" / "examples"
SUBMIT, CALL = EXAMPLES / "submit_csv.py", EXAMPLES / "call.py"


class KeysTest(unittest.TestCase):

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="skontro-keys-")
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)
        self.data = self.directory / "data"
        self.server = client_package.start_server(PROGRAM, self.data,
                                                  secure=TLS)
        self.addCleanup(lambda: self.server.__exit__())
        self.authority = str(self.data / "tls" / "ca.pem") if TLS else None
        self.operator = self.connect(
            (self.data / "operator.key").read_text().strip())
        self.operator.create_network(network_service_pb2.Network(
            display_name="Res", unit_code="RES", unit_decimals=2,
            peg_currency_code="EUR",
            default_credit_line={"minor_units": 1000_00}))
        for member, vat_id in (("imprimerie", "FR44732829320"),
                               ("boulangerie", "BE0123456749"),
                               ("garage", "FR40303265045")):
            self.operator.create_member(member, member.title(), vat_id[:2],
                                        vat_id=vat_id)

    def connect(self, key, authority=None, patience=120):
        client = Client(
            self.server.address, "res", key, authority or self.authority,
            retry=RetryPolicy(attempt_timeout=patience / 3,
                              total_timeout=patience))
        self.addCleanup(client.close)
        return client

    def trust(self):
        return ["--ca-file", self.authority] if TLS else []

    def make_key(self, identity, member):
        return self.operator.change(
            "KeyService/CreateApiKey",
            key_pb.CreateApiKeyRequest(
                parent="networks/res", api_key={
                    "identity": identity, "role": "MEMBER_USER",
                    "members": ["networks/res/members/" + member]}),
            key_pb.CreateApiKeyResponse)

    def revoke(self, name):
        self.operator.change("KeyService/RevokeApiKey",
                             key_pb.RevokeApiKeyRequest(name=name),
                             key_pb.RevokeApiKeyResponse)

    def test_members_settle_a_trade_and_see_only_their_own(self):
        seller = self.connect(self.make_key("erp", "imprimerie").secret)
        buyer = self.connect(self.make_key("shop", "boulangerie").secret)
        stranger = self.connect(self.make_key("van", "garage").secret)
        proposed = seller.create_trade(
            TradeDraft("imprimerie", "boulangerie", "720.00",
                       invoice_number="F-1"))
        self.assertEqual(buyer.accept(proposed.name).state, "SETTLED")
        self.assertEqual(str(seller.account("imprimerie").balance), "720.00")
        self.assertEqual([one.id for one in seller.members()], ["imprimerie"])
        for call in (lambda: seller.account("boulangerie"),
                     lambda: stranger.trade(proposed.name),
                     lambda: stranger.accept(proposed.name)):
            with self.assertRaises(Refused) as caught:
                call()
            self.assertEqual(caught.exception.reason, "RESOURCE_NOT_FOUND")
        self.assertEqual(list(stranger.trades()), [])

    @unittest.skipUnless(TLS, "this skontrod does not encrypt")
    def test_only_the_servers_authority_is_believed(self):
        strange = self.directory / "strange"
        other = client_package.start_server(PROGRAM, strange, secure=True)
        self.addCleanup(lambda: other.__exit__())
        self.operator.network_info()
        key = (self.data / "operator.key").read_text().strip()
        for client in (
                self.connect(key, str(strange / "tls" / "ca.pem"), 3),
                Client(self.server.address, "res", key, retry=RetryPolicy(
                    attempt_timeout=1, total_timeout=2))):
            with self.assertRaises(Unavailable):
                client.network_info()
            client.close()

    @unittest.skipUnless(TLS, "this skontrod does not ask for keys")
    def test_who_has_no_key_is_nobody(self):
        with self.assertRaises(Refused) as caught:
            self.connect(None).network_info()
        self.assertEqual(caught.exception.reason, "CREDENTIAL_INVALID")

    def test_a_shell_calls_with_a_key_too(self):
        done = subprocess.run(
            [str(CALL), "--endpoint", self.server.address, *self.trust(),
             "--key-file", str(self.data / "operator.key"),
             "MemberService/GetMember",
             '{"name": "networks/res/members/garage"}'],
            text=True, capture_output=True, timeout=60)
        self.assertIn('"vat_id": "FR40303265045"', done.stdout, done)

    def test_a_key_that_is_none_is_refused_at_once(self):
        made = self.make_key("erp", "imprimerie")
        for key in ("nonsense", made.secret[:-1] + "!",
                    "skontro.res.nobody." + "A" * 43):
            with self.assertRaises(Refused) as caught:
                self.connect(key).account("imprimerie")
            self.assertEqual(caught.exception.reason, "CREDENTIAL_INVALID")
            self.assertNotIn(key, str(caught.exception))
        client = self.connect(made.secret)
        client.account("imprimerie")
        self.revoke(made.api_key.name)
        with self.assertRaises(Refused) as caught:
            client.account("imprimerie")
        self.assertEqual(caught.exception.reason, "CREDENTIAL_INVALID")

    def test_another_key_of_the_identity_gets_the_first_answer(self):
        old = self.make_key("shop", "boulangerie")
        draft = TradeDraft("imprimerie", "boulangerie", "5.00",
                           buyer_pays=True)
        first = self.connect(old.secret).create_trade(draft, "order-1")
        self.revoke(old.api_key.name)
        with self.assertRaises(Refused):
            self.connect(old.secret).create_trade(draft, "order-1")
        again = self.connect(self.make_key("shop", "boulangerie").secret)
        self.assertEqual(again.create_trade(draft, "order-1"), first)
        # For another identity it is another request.
        other = self.connect(self.make_key("till", "boulangerie").secret)
        self.assertNotEqual(other.create_trade(draft, "order-1").name,
                            first.name)
        self.assertEqual(
            str(self.operator.account("imprimerie").balance), "10.00")

    def test_a_key_is_told_once(self):
        request = key_pb.CreateApiKeyRequest(
            parent="networks/res", request_id="k-1", api_key={
                "identity": "erp", "role": "MEMBER_USER",
                "members": ["networks/res/members/imprimerie"]})
        answers = [self.operator.change("KeyService/CreateApiKey", request,
                                        key_pb.CreateApiKeyResponse)
                   for _ in range(2)]
        self.assertTrue(answers[0].secret)
        self.assertEqual(answers[1].secret, "")
        self.assertEqual(answers[0].api_key.name, answers[1].api_key.name)

    def test_a_file_is_submitted_with_a_members_key(self):
        key = self.directory / "member.key"
        key.write_text(self.make_key("erp", "imprimerie").secret + "\n")
        rows = self.directory / "rows.csv"
        rows.write_text("seller,buyer_tax_id,units\n"
                        "imprimerie,BE 0123.456.749,7.00\n")
        members = self.directory / "members.csv"
        members.write_text("member,vat_id\nboulangerie,BE0123456749\n")

        def submit(*flags):
            return subprocess.run(
                [str(SUBMIT), "--endpoint", self.server.address, "--network",
                 "res", *self.trust(), "--key-file", str(key), *flags,
                 str(rows)],
                env={**os.environ, "PYTHONPATH": str(client_package.PACKAGES)},
                text=True, capture_output=True, timeout=60)
        alone = submit()
        self.assertEqual(alone.returncode, 2, alone)
        self.assertIn("no member that this caller sees", alone.stderr)
        done = submit("--members", str(members))
        self.assertEqual(done.returncode, 0, done)
        self.assertIn("1 booked", done.stdout)


if __name__ == "__main__":
    unittest.main()

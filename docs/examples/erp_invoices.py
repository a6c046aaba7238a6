#!/usr/bin/python3
"""Reads customer invoices from an ERP by its API and writes them as a CSV for
submit_csv.py:

    erp_invoices.py odoo --url https://erp.example --database prod --user me \\
        --key-file odoo.key --since 2026-03-01 > invoices.csv
    erp_invoices.py erpnext --url https://erp.example --key-file erpnext.key
    erp_invoices.py dolibarr --url https://erp.example --key-file dolibarr.key

    submit_csv.py --network res --set seller=imprimerie invoices.csv

Only invoices that are final and not paid are read. --unit-share says how much of
each is paid in units (100 %), rounded down to the cent; the rest is cash. Nothing
is changed in the ERP. The key file holds the ERP's API key, for ERPNext as
KEY:SECRET; with http the ERP has to be on this machine.

docs/integrations says which fields are read. Exit codes: 0 done, 1 an invoice
cannot be used (the others are written), 2 the command is wrong or the ERP did not
answer.
"""

import argparse
import csv
import datetime
import json
import pathlib
import sys
import urllib.error
import urllib.parse
import urllib.request
import xmlrpc.client
from collections.abc import Iterator
from decimal import ROUND_DOWN, Decimal
from typing import Any

CENT = Decimal("0.01")
COLUMNS = ("invoice", "invoice_date", "due_date", "buyer_tax_id", "units", "cash",
           "gross", "purchase_order")
PAGE = 200


class Unusable(Exception):
    """An invoice that cannot be a trade, and why."""


def cents(amount: Any, what: str) -> Decimal:
    """An amount of an API exactly, to the cent. XML-RPC and JSON may bring it as
    a binary fraction or with zeros behind the cents; more than that is wrong."""
    exact = Decimal(str(amount))
    rounded = exact.quantize(CENT)
    if abs(exact - rounded) > Decimal("0.000001"):
        raise Unusable(f"{what} {amount} has parts of a cent")
    return rounded


def row(arguments: argparse.Namespace, number: str, issued: str, due: str,
        tax_id: str, total: Any, open_: Any, currency: str,
        order: str) -> dict[str, str]:
    gross, left = cents(total, "total"), cents(open_, "amount due")
    if currency != arguments.currency:
        raise Unusable(f"it is in {currency}, not in {arguments.currency}")
    if not tax_id:
        raise Unusable("the customer has no tax id")
    if left != gross:
        raise Unusable(f"{gross - left} of {gross} is paid already")
    units = (gross * arguments.unit_share / 100).quantize(CENT, ROUND_DOWN)
    if units <= 0:
        raise Unusable(f"nothing of {gross} is paid in units")
    return {"invoice": number, "invoice_date": issued, "due_date": due,
            "buyer_tax_id": tax_id, "units": str(units),
            "cash": str(gross - units), "gross": str(gross),
            "purchase_order": order}


# --- Odoo: XML-RPC, models account.move and res.partner -----------------------


def odoo(arguments: argparse.Namespace, key: str) -> Iterator[tuple[str, Any]]:
    def connect(part: str) -> Any:
        return xmlrpc.client.ServerProxy(f"{arguments.url}/xmlrpc/2/{part}",
                                         allow_none=True)

    user = connect("common").authenticate(arguments.database, arguments.user,
                                          key, {})
    if not user:
        raise ValueError("the user, database or key is wrong")
    models = connect("object")

    def ask(model: str, method: str, *values: Any, **options: Any) -> Any:
        return models.execute_kw(arguments.database, user, key, model, method,
                                 list(values), options)

    wanted = [["move_type", "=", "out_invoice"], ["state", "=", "posted"],
              ["payment_state", "=", "not_paid"],
              ["invoice_date", ">=", arguments.since]]
    offset = 0
    while True:
        moves = ask("account.move", "search_read", wanted, order="id",
                    offset=offset, limit=PAGE, fields=[
                        "name", "invoice_date", "invoice_date_due", "partner_id",
                        "amount_total", "amount_residual", "currency_id", "ref"])
        partners = {one["id"]: one for one in ask(
            "res.partner", "read",
            sorted({move["partner_id"][0] for move in moves}),
            fields=["vat"])} if moves else {}
        for move in moves:
            # Odoo says False for a field that is empty.
            yield move["name"], (
                move["invoice_date"], move["invoice_date_due"] or "",
                partners[move["partner_id"][0]]["vat"] or "",
                move["amount_total"], move["amount_residual"],
                move["currency_id"][1], move["ref"] or "")
        if len(moves) < PAGE:
            return
        offset += PAGE


# --- ERPNext and Dolibarr: JSON over HTTP -------------------------------------


def get(url: str, headers: dict[str, str]) -> Any:
    request = urllib.request.Request(url, headers=headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        # Decimals as they are written, never as binary fractions.
        return json.loads(answer.read(), parse_float=Decimal)


def erpnext(arguments: argparse.Namespace,
            key: str) -> Iterator[tuple[str, Any]]:
    """Doctype Sales Invoice; docstatus 1 is submitted."""
    headers = {"Authorization": f"token {key}", "Accept": "application/json"}
    start = 0
    while True:
        query = urllib.parse.urlencode({
            "fields": json.dumps(["name", "posting_date", "due_date", "tax_id",
                                  "grand_total", "outstanding_amount",
                                  "currency", "po_no"]),
            "filters": json.dumps([["docstatus", "=", 1], ["is_return", "=", 0],
                                   ["outstanding_amount", ">", 0],
                                   ["posting_date", ">=", arguments.since]]),
            "order_by": "name asc", "limit_start": start,
            "limit_page_length": PAGE})
        found = get(f"{arguments.url}/api/resource/Sales%20Invoice?{query}",
                    headers)["data"]
        for one in found:
            yield one["name"], (
                one["posting_date"], one["due_date"] or "", one["tax_id"] or "",
                one["grand_total"], one["outstanding_amount"], one["currency"],
                one["po_no"] or "")
        if len(found) < PAGE:
            return
        start += PAGE


def dolibarr(arguments: argparse.Namespace,
             key: str) -> Iterator[tuple[str, Any]]:
    """GET /invoices with status unpaid, and the third party of each."""
    headers = {"DOLAPIKEY": key, "Accept": "application/json"}
    base = f"{arguments.url}/api/index.php"
    tax_ids: dict[str, str] = {}
    page = 0
    while True:
        query = urllib.parse.urlencode({
            "status": "unpaid", "sortfield": "t.rowid", "sortorder": "ASC",
            "limit": PAGE, "page": page,
            "sqlfilters": f"(t.datef:>=:'{arguments.since}') and (t.type:=:0)"})
        try:
            found = get(f"{base}/invoices?{query}", headers)
        except urllib.error.HTTPError as error:
            if error.code != 404:  # What Dolibarr says for none.
                raise
            return
        for one in found:
            party = str(one["socid"])
            if party not in tax_ids:
                third = get(f"{base}/thirdparties/{party}", headers)
                # VAT id, else the first professional id: the SIREN in France.
                tax_ids[party] = (third.get("tva_intra")
                                  or third.get("idprof1") or "")
            yield one["ref"], (
                day(one["date"]), day(one.get("date_lim_reglement")),
                tax_ids[party], one["total_ttc"],
                one.get("remaintopay") or one["total_ttc"],
                one.get("multicurrency_code") or arguments.currency,
                one.get("ref_client") or one.get("ref_customer") or "")
        if len(found) < PAGE:
            return
        page += 1


def day(seconds: Any) -> str:
    """Dolibarr's dates are seconds since 1970 at midnight of its own zone; half
    a day more is within that day everywhere."""
    if not seconds:
        return ""
    moment = datetime.datetime.fromtimestamp(int(seconds) + 12 * 3600,
                                             datetime.timezone.utc)
    return moment.date().isoformat()


SOURCES = {"odoo": odoo, "erpnext": erpnext, "dolibarr": dolibarr}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("erp", choices=sorted(SOURCES))
    parser.add_argument("--url", required=True)
    parser.add_argument("--key-file", required=True)
    parser.add_argument("--database", help="Odoo")
    parser.add_argument("--user", help="Odoo")
    parser.add_argument("--since", default="1900-01-01", metavar="YYYY-MM-DD")
    parser.add_argument("--currency", default="EUR")
    parser.add_argument("--unit-share", type=int, default=100,
                        metavar="PERCENT")
    arguments = parser.parse_args()
    arguments.url = arguments.url.rstrip("/")
    address = urllib.parse.urlsplit(arguments.url)
    if address.scheme != "https" and address.hostname not in (
            "localhost", "127.0.0.1", "::1"):
        parser.error("--url: https, or an ERP on this machine")
    if not 1 <= arguments.unit_share <= 100:
        parser.error("--unit-share: 1 to 100")
    datetime.date.fromisoformat(arguments.since)
    if arguments.erp == "odoo" and not (arguments.database and arguments.user):
        parser.error("--database and --user are needed")
    key = pathlib.Path(arguments.key_file).read_text().strip()
    table = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
    table.writeheader()
    unusable = 0
    try:
        for number, values in SOURCES[arguments.erp](arguments, key):
            try:
                table.writerow(row(arguments, number, *values))
            except Unusable as error:
                unusable += 1
                print(f"invoice {number}: left out: {error}", file=sys.stderr)
    except (OSError, xmlrpc.client.Error, KeyError, ValueError) as error:
        print(f"{arguments.erp}: {type(error).__name__}: {error}",
              file=sys.stderr)
        return 2
    return 1 if unusable else 0


if __name__ == "__main__":
    sys.exit(main())

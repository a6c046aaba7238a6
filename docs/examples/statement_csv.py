#!/usr/bin/python3
"""Writes a member's statement as a CSV that an ERP imports as bank lines:

    statement_csv.py --network res --member imprimerie --for odoo > lines.csv
    statement_csv.py --network res --member imprimerie --for erpnext \\
        --bank-account "RES - Imprimerie" --state last-sequence > lines.csv

Amounts are the national values that were fixed with each trade; the units are in
the text. Every line has a reference that is its own, NETWORK-SEQUENCE, by which
an ERP, or a person, sees a line that is there already. With --state only lines
behind the last run are written, and the file is advanced when all are: an
interrupted run is repeated, never skipped.

Exit codes: 0 done, 2 the command is wrong or the server did not answer, 5 the
statement does not add up (nothing is written).
"""

import argparse
import csv
import datetime
import os
import pathlib
import sys
from decimal import Decimal
from typing import Optional

try:
    from skontro import CallError, Client, Statement, StatementLine
except ImportError as missing:
    sys.exit(f"{missing}; run cli/python/make_package.py DIRECTORY and set "
             "PYTHONPATH=DIRECTORY")


def text_of(line: StatementLine, unit: str) -> str:
    """What a person reads on the line."""
    what = "Reversal of" if line.kind == "REVERSAL" else "Trade"
    name = line.counterparty_legal_name or line.counterparty.split("/")[-1]
    invoice = f", invoice {line.invoice_number}" if line.invoice_number else ""
    return (f"{what} {line.trade.split('/')[-1]}{invoice}, {name}: "
            f"{line.amount} {unit}")


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return "'" + text if text[:1] in ("=", "+", "-", "@") else text


def odoo_row(line: StatementLine, reference: str, unit: str, currency: str,
             bank_account: str) -> dict[str, str]:
    return {"date": str(line.booking_date), "payment_ref": text_of(line, unit),
            "partner_name": harmless(line.counterparty_legal_name),
            "amount": str(line.national_value), "ref": reference}


def erpnext_row(line: StatementLine, reference: str, unit: str, currency: str,
                bank_account: str) -> dict[str, str]:
    value, nothing = line.national_value, Decimal(0)
    return {"Date": str(line.booking_date),
            "Deposit": str(max(value, nothing)),
            "Withdrawal": str(max(-value, nothing)),
            "Description": text_of(line, unit), "Reference Number": reference,
            "Bank Account": bank_account, "Currency": currency}


ROWS = {"odoo": odoo_row, "erpnext": erpnext_row}


def adds_up(statement: Statement) -> bool:
    total = sum((line.amount for line in statement.lines), Decimal(0))
    return statement.opening_balance + total == statement.closing_balance


def day(text: Optional[str]) -> Optional[datetime.date]:
    return datetime.date.fromisoformat(text) if text else None


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    environment = os.environ.get
    parser.add_argument("--endpoint", default=environment(
        "SKONTRO_ENDPOINT", "127.0.0.1:7411"))
    parser.add_argument("--network", default=environment("SKONTRO_NETWORK"))
    parser.add_argument("--ca-file", default=environment("SKONTRO_CA_FILE"))
    parser.add_argument("--key-file", default=environment("SKONTRO_KEY_FILE"))
    parser.add_argument("--member", required=True)
    parser.add_argument("--for", dest="erp", choices=sorted(ROWS), required=True)
    parser.add_argument("--from", dest="first", metavar="YYYY-MM-DD")
    parser.add_argument("--to", dest="last", metavar="YYYY-MM-DD")
    parser.add_argument("--state", type=pathlib.Path, metavar="FILE")
    parser.add_argument("--bank-account", default="", help="ERPNext's name")
    arguments = parser.parse_args()
    if not arguments.network:
        parser.error("--network is needed")
    if arguments.state and (arguments.first or arguments.last):
        parser.error("--state goes on where it ended: no --from and --to")
    if arguments.erp == "erpnext" and not arguments.bank_account:
        parser.error("--bank-account is needed for erpnext")
    after = (int(arguments.state.read_text())
             if arguments.state and arguments.state.exists() else 0)
    key = (pathlib.Path(arguments.key_file).read_text().strip()
           if arguments.key_file else None)
    try:
        with Client(arguments.endpoint, arguments.network, key,
                    arguments.ca_file) as client:
            # Never an older state of the books than the last run saw.
            client.saw(after)
            statement = client.statement(
                arguments.member, from_date=day(arguments.first),
                to_date=day(arguments.last))
            unit = client.unit
    except (CallError, ValueError, OSError) as error:
        print(f"statement_csv: {error}", file=sys.stderr)
        return 2
    if not adds_up(statement):
        print("statement_csv: the lines do not add up to the closing balance",
              file=sys.stderr)
        return 5
    network = arguments.network.split("/")[-1]
    rows = [ROWS[arguments.erp](line, f"{network}-{line.sequence}", unit.code,
                                unit.currency_code, arguments.bank_account)
            for line in statement.lines if line.sequence > after]
    if rows:
        table = csv.DictWriter(sys.stdout, list(rows[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
        sys.stdout.flush()
    if arguments.state:
        fresh = arguments.state.with_name(arguments.state.name + ".new")
        fresh.write_text(f"{statement.sequence}\n")
        fresh.replace(arguments.state)
    print(f"{len(rows)} lines, up to sequence {statement.sequence}",
          file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())

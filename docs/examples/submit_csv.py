#!/usr/bin/python3
"""Submits a CSV of trades to a network, and may be interrupted at any time.

    submit_csv.py --network res trades.csv
    submit_csv.py --network res --map "Number=invoice" --map "Tax ID=buyer_tax_id" \\
        --map "Total=units" --set seller=imprimerie --ignore-others invoices.csv

The file has a header. Columns, in any order, are those of `skontro trade batch`
and two more:
  seller, buyer               ids of members, or instead of them
  seller_tax_id, buyer_tax_id VAT or company ids, looked up in --members FILE, a
                              CSV with the columns member and tax_id or vat_id,
                              else in the network: a member's own key sees no
                              other members
  units                       required, such as 720.50
  initiator                   seller (default): the buyer has to accept;
                              buyer: pays at once
  cash, gross, prepaid        in the national currency
  invoice, invoice_date, supply_date, due_date (YYYY-MM-DD), purchase_order
  tax_lines                   S:20%:1000.00:200.00, more after a blank
  description, id, request_id
Every row is checked before the first is sent.

Request ids: a row without `request_id` gets `row-` and 40 hexadecimal digits of
the SHA-256 of the network and of its cells (name and value, without blanks
around them, empty ones left out, ordered by name). So the same row has the same
id in every run, whatever line or file it is in, and is booked once: run the same
command again after an interruption, and it goes on. Two equal rows in a file are
one trade; the second is reported as duplicate. A row that is edited is another
trade: give rows an `invoice`, which the network books once, or a `request_id`.

A refusal is kept under its id as well. --refused FILE writes the refused rows
with new ids and the columns of this page, to be mended and sent.

Exit codes: 0 every row is booked; 1 rows were refused, or duplicates; 2 the file
or the command is wrong, nothing was sent; 3 the server did not answer, and no
row is in doubt; 4 rows are in doubt: run the same again.
"""

import argparse
import csv
import datetime
import hashlib
import json
import os
import pathlib
import sys
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any, Optional, TextIO

try:
    from skontro import (AmountError, BatchResult, CallError, Client,
                         OutcomeUnknown, RetryPolicy, TaxLine, TradeDraft,
                         Unavailable, check_request_id)
except ImportError as missing:
    sys.exit(f"{missing}; run cli/python/make_package.py DIRECTORY and set "
             "PYTHONPATH=DIRECTORY")

PARTIES = ("seller", "buyer")
AMOUNTS = ("units", "cash", "gross", "prepaid")
DATES = {"invoice_date": "issue_date", "supply_date": "supply_date",
         "due_date": "due_date"}
TEXTS = {"invoice": "invoice_number", "purchase_order": "purchase_order",
         "description": "description", "id": "trade_id"}
COLUMNS = {*PARTIES, "seller_tax_id", "buyer_tax_id", *AMOUNTS, *DATES, *TEXTS,
           "initiator", "tax_lines", "request_id"}

BOOKED, BEFORE, DUPLICATE = "booked", "booked before", "duplicate"
REFUSED, NOT_SENT, UNKNOWN = "refused", "not done", "in doubt"


@dataclass
class Row:
    """A line of the file, and what becomes of it."""

    line: int
    cells: dict[str, str]
    request_id: str
    draft: Optional[TradeDraft] = None
    result: str = NOT_SENT
    trade: str = ""
    sequence: int = 0
    digest: str = ""
    reason: str = ""
    message: str = ""


class WrongFile(Exception):
    """Nothing was sent; each argument is a line for a person."""


# --- The file -----------------------------------------------------------------


def derived_id(*parts: Any) -> str:
    text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return "row-" + hashlib.sha256(text.encode()).hexdigest()[:40]


def read_rows(arguments: argparse.Namespace, network: str) -> list[Row]:
    renamed = dict(pair.split("=", 1) for pair in arguments.map)
    constant = dict(pair.split("=", 1) for pair in arguments.set)
    for name in (*renamed.values(), *constant):
        if name not in COLUMNS:
            raise WrongFile(f"there is no column {name!r}; the columns are "
                            + ", ".join(sorted(COLUMNS)))
    # Of other programs: with or without byte order mark.
    with open(arguments.file, encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, delimiter=arguments.delimiter, strict=True)
        header = [renamed.get(name.strip(), name.strip())
                  for name in next(reader, [])]
        check_header(header, constant, arguments.ignore_others)
        rows = []
        for values in reader:
            if not any(value.strip() for value in values):
                continue
            if len(values) != len(header):
                raise WrongFile(f"line {reader.line_num}: {len(values)} cells, "
                                f"and the header has {len(header)}")
            cells = dict(constant)
            cells.update((name, value.strip())
                         for name, value in zip(header, values)
                         if name in COLUMNS and value.strip())
            request_id = cells.pop("request_id", "") or derived_id(
                network, sorted(cells.items()))
            rows.append(Row(reader.line_num, cells, request_id))
    if not rows:
        raise WrongFile("there is no row below the header")
    return rows


def check_header(header: list[str], constant: dict[str, str],
                 ignore_others: bool) -> None:
    others = [name for name in header if name not in COLUMNS]
    if others and not ignore_others:
        raise WrongFile(f"unknown columns: {', '.join(map(repr, others))}; "
                        "--map, or --ignore-others")
    names = [name for name in header if name in COLUMNS]
    twice = [name for name, count in Counter(names + list(constant)).items()
             if count > 1]
    if twice:
        raise WrongFile(f"columns that are there twice: {', '.join(twice)}")
    missing = [party for party in PARTIES
               if not {party, party + "_tax_id"} & {*names, *constant}]
    if "units" not in names and "units" not in constant:
        missing.append("units")
    if missing:
        raise WrongFile(f"columns that are missing: {', '.join(missing)}")


def normal(tax_id: str) -> str:
    """A tax id as the network compares it."""
    return "".join(filter(str.isalnum, tax_id)).upper()


def read_members(path: str) -> dict[str, str]:
    with open(path, encoding="utf-8-sig", newline="") as file:
        table = csv.DictReader(file, strict=True)
        names = set(table.fieldnames or ())
        column = "tax_id" if "tax_id" in names else "vat_id"
        if not {column, "member"} <= names:
            raise WrongFile(f"{path}: the columns tax_id (or vat_id) and member "
                            "are needed")
        return {normal(row[column]): row["member"].strip()
                for row in table if row[column]}


class Reader:
    """Makes trades of rows. `members` has those that are known by tax id."""

    def __init__(self, client: Client, decimal_comma: bool,
                 members: dict[str, str]) -> None:
        self._client = client
        self._decimal_comma = decimal_comma
        self._members = dict(members)

    def draft(self, cells: dict[str, str]) -> TradeDraft:
        values: dict[str, Any] = {party: self._party(party, cells)
                                  for party in PARTIES}
        values |= {name: self._amount(cells[name])
                   for name in AMOUNTS if name in cells}
        values |= {field: datetime.date.fromisoformat(cells[name])
                   for name, field in DATES.items() if name in cells}
        values |= {field: cells[name]
                   for name, field in TEXTS.items() if name in cells}
        if "units" not in cells:
            raise ValueError("units: is missing")
        initiator = cells.get("initiator", "seller").lower()
        if initiator not in PARTIES:
            raise ValueError(f"initiator: {initiator!r} is neither seller nor "
                             "buyer")
        lines = tuple(map(self._tax_line, cells.get("tax_lines", "").split()))
        draft = TradeDraft(buyer_pays=initiator == "buyer", tax_lines=lines,
                           **values)
        # What the server would refuse for its form only, and no more.
        draft.request(self._client.unit, self._client.member_name, "check")
        return draft

    def _amount(self, text: str) -> str:
        if not self._decimal_comma:
            return text
        if "." in text:
            raise ValueError(f"{text!r} has a point, with --decimal-comma")
        return text.replace(",", ".")

    def _tax_line(self, text: str) -> TaxLine:
        parts = text.split(":")
        if len(parts) != 4:
            raise ValueError(f"tax_lines: {text!r} is not such as "
                             "S:20%:1000.00:200.00")
        category, rate, base, tax = parts
        return TaxLine(category, self._amount(rate.removesuffix("%")),
                       self._amount(base), self._amount(tax))

    def _party(self, party: str, cells: dict[str, str]) -> str:
        member, tax_id = cells.get(party), cells.get(party + "_tax_id")
        if bool(member) == bool(tax_id):
            raise ValueError(f"{party}: give either {party} or {party}_tax_id")
        if member:
            return member
        assert tax_id is not None
        key = normal(tax_id)
        if key not in self._members:
            found = list(self._client.members(tax_id=tax_id))
            if not found:
                raise ValueError(f"{party}_tax_id: no member that this caller "
                                 f"sees has {tax_id}; --members names others")
            self._members[key] = found[0].id
        return self._members[key]


def prepare(rows: list[Row], reader: Reader) -> list[Row]:
    """Fills in the trades; returns the rows to send, duplicates left out."""
    first: dict[str, Row] = {}
    problems = []
    for row in rows:
        try:
            check_request_id(row.request_id)
            row.draft = reader.draft(row.cells)
        except (AmountError, ValueError) as error:
            problems.append(f"line {row.line}: {error}")
            continue
        earlier = first.setdefault(row.request_id, row)
        if earlier is row:
            continue
        if earlier.draft != row.draft:
            problems.append(f"line {row.line}: the request_id of line "
                            f"{earlier.line}, and another trade")
        row.result = DUPLICATE
        row.message = f"the same as line {earlier.line}"
    if problems:
        raise WrongFile(*problems)
    return list(first.values())


# --- Sending ------------------------------------------------------------------


class Progress:
    """One line on a terminal that says how far it is."""

    WIDTH = 30

    def __init__(self, total: int, out: TextIO, shown: bool) -> None:
        self._total, self._out, self._shown = total, out, shown
        self._done, self._start = 0, time.monotonic()

    def advance(self) -> None:
        self._done += 1
        if self._done % 50 == 0 or self._done == self._total:
            self._print("")

    def sleep(self, seconds: float) -> None:
        """Of the client's retries."""
        self._print(" no answer, trying again")
        time.sleep(seconds)

    def _print(self, note: str) -> None:
        if not self._shown:
            return
        filled = self.WIDTH * self._done // max(self._total, 1)
        elapsed = max(time.monotonic() - self._start, 0.001)
        rate = self._done / elapsed
        left = (f", {(self._total - self._done) / rate:.0f} s left"
                if rate and self._done < self._total else "")
        self._out.write(f"\r[{'#' * filled:.<{self.WIDTH}}] {self._done} of "
                        f"{self._total}, {rate:.0f}/s{left}{note}\033[K")
        self._out.flush()

    def end(self) -> None:
        if self._shown:
            self._out.write("\n")


def settle(row: Row, result: BatchResult, before: int) -> None:
    """Writes down what became of a row. What was there at the sequence
    `before` was booked by an earlier run."""
    if result.trade is not None:
        outcome = result.trade.outcome
        assert outcome is not None
        row.result = BEFORE if outcome.sequence <= before else BOOKED
        row.trade, row.sequence = result.trade.name, outcome.sequence
        row.digest = outcome.digest.hex()
        return
    error = result.error
    assert error is not None
    row.reason, row.message = error.reason or error.code.name, error.message
    if isinstance(error, OutcomeUnknown):
        row.result = UNKNOWN
    elif isinstance(error, Unavailable):
        row.result = NOT_SENT
    elif error.reason == "DUPLICATE_INVOICE":
        row.result, row.trade = DUPLICATE, error.metadata.get("trade", "")
    else:
        row.result = REFUSED


def send(client: Client, rows: list[Row], before: int, chunk: int,
         progress: Progress) -> None:
    for start in range(0, len(rows), chunk):
        some = rows[start:start + chunk]
        pairs = [(row.request_id, row.draft) for row in some if row.draft]
        for row, result in zip(some, client.create_trades(pairs, chunk=chunk)):
            settle(row, result, before)
            progress.advance()
        if any(row.result in (UNKNOWN, NOT_SENT) for row in some):
            return  # The server is gone for longer than --patience.


# --- The report ---------------------------------------------------------------


def report(rows: list[Row], arguments: argparse.Namespace) -> int:
    for row in rows:
        if row.result not in (BOOKED, BEFORE, NOT_SENT):
            words = ": ".join(filter(None, (row.reason, row.message)))
            print(f"line {row.line}: {row.result}: {words}", file=sys.stderr)
    if arguments.results:
        with open(arguments.results, "w", encoding="utf-8", newline="") as file:
            table = csv.writer(file)
            names = ("line", "request_id", "result", "trade", "sequence",
                     "digest", "reason", "message")
            table.writerow(names)
            table.writerows([getattr(row, name) for name in names]
                            for row in rows)
    refused = [row for row in rows if row.result == REFUSED
               or (row.result == DUPLICATE and row.reason)]
    if arguments.refused and refused:
        write_refused(refused, arguments.refused)
    counts = Counter(row.result for row in rows)
    print(f"{len(rows)} rows: " + ", ".join(
        f"{counts[name]} {name}" for name in
        (BOOKED, BEFORE, REFUSED, DUPLICATE, NOT_SENT, UNKNOWN)
        if counts[name] or name in (BOOKED, REFUSED, DUPLICATE)))
    if counts[UNKNOWN]:
        print("Rows are in doubt. Next: run the same command again; what is "
              "booked is not booked twice.", file=sys.stderr)
        return 4
    if counts[NOT_SENT]:
        print("The server does not answer. Next: run the same command again.",
              file=sys.stderr)
        return 3
    return 1 if counts[REFUSED] or counts[DUPLICATE] else 0


def write_refused(rows: list[Row], path: str) -> None:
    names = sorted({name for row in rows for name in row.cells})
    with open(path, "w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, ["request_id", *names])
        table.writeheader()
        for row in rows:
            # Made of the old one, so that a second run writes the same.
            table.writerow({"request_id": derived_id("again", row.request_id),
                            **row.cells})


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    environment = os.environ.get
    parser.add_argument("file")
    parser.add_argument("--endpoint", default=environment(
        "SKONTRO_ENDPOINT", "127.0.0.1:7411"))
    parser.add_argument("--network", default=environment("SKONTRO_NETWORK"))
    parser.add_argument("--ca-file", default=environment("SKONTRO_CA_FILE"),
                        help="authority of the server; TLS")
    parser.add_argument("--key-file", default=environment("SKONTRO_KEY_FILE"),
                        help="file with the key, and no more")
    parser.add_argument("--map", action="append", default=[],
                        metavar="HEADER=COLUMN", help="name a column anew")
    parser.add_argument("--set", action="append", default=[],
                        metavar="COLUMN=VALUE", help="the same in every row")
    parser.add_argument("--members", metavar="FILE",
                        help="CSV of members and their tax ids")
    parser.add_argument("--ignore-others", action="store_true",
                        help="leave out columns that are not known")
    parser.add_argument("--delimiter", default=",")
    parser.add_argument("--decimal-comma", action="store_true",
                        help="amounts are such as 720,50")
    parser.add_argument("--chunk", type=int, default=500,
                        help="rows in one call (500)")
    parser.add_argument("--patience", type=float, default=300,
                        help="seconds to wait for a server that is gone (300)")
    parser.add_argument("--results", metavar="FILE",
                        help="write what became of each row, with receipts")
    parser.add_argument("--refused", metavar="FILE",
                        help="write the refused rows, with new request ids")
    parser.add_argument("--progress", choices=("auto", "always", "never"),
                        default="auto")
    arguments = parser.parse_args()
    if not arguments.network:
        parser.error("--network is needed")
    if not all("=" in pair for pair in arguments.map + arguments.set):
        parser.error("--map and --set take NAME=VALUE")
    return run(arguments)


def run(arguments: argparse.Namespace) -> int:
    shown = arguments.progress == "always" or (
        arguments.progress == "auto" and sys.stderr.isatty())
    key = (pathlib.Path(arguments.key_file).read_text().strip()
           if arguments.key_file else None)
    progress = Progress(0, sys.stderr, shown)
    try:
        rows = read_rows(arguments, arguments.network)
        members = read_members(arguments.members) if arguments.members else {}
        progress = Progress(len({row.request_id for row in rows}), sys.stderr,
                            shown)
        policy = RetryPolicy(
            attempt_timeout=min(30, arguments.patience),
            total_timeout=arguments.patience, sleep=progress.sleep)
        with Client(arguments.endpoint, arguments.network, key,
                    arguments.ca_file, retry=policy) as client:
            before = client.network_info().sequence
            wanted = prepare(rows, Reader(
                client, arguments.decimal_comma, members))
            try:
                send(client, wanted, before, arguments.chunk, progress)
            except KeyboardInterrupt:
                # The chunk that was on its way.
                waiting = [row for row in wanted if row.result == NOT_SENT]
                for row in waiting[:arguments.chunk]:
                    row.result, row.message = UNKNOWN, "interrupted"
            progress.end()
        return report(rows, arguments)
    except (WrongFile, OSError, UnicodeDecodeError, csv.Error,
            ValueError) as error:
        for line in error.args if isinstance(error, WrongFile) else [error]:
            print(f"{arguments.file}: {line}", file=sys.stderr)
        return 2
    except CallError as error:
        print(f"submit_csv: {error}; nothing was sent", file=sys.stderr)
        return 3 if isinstance(error, Unavailable) else 2


if __name__ == "__main__":
    sys.exit(main())

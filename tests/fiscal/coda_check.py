#!/usr/bin/python3
"""coda_check.py [--febelfin] FILE: reads a CODA statement and judges it.

Written from the layout of docs/fiscal/coda.md and apart from fiscal/coda.cc. It
checks the form of every record (length, places that are blank, numbering, the
codes that say what follows), the balance and the trailer, and prints what it
found, one line for the balances and one for each movement. With --febelfin the
package `coda` (python3-febelfin-coda) reads the file too, and every field must
be the same.

Exit codes: 0 the file holds, 1 it does not, 3 the package is not installed.
"""

import datetime
import decimal
import sys

DIGITS = "0123456789"


class Wrong(Exception):
    """What is wrong with the file."""


def check(holds, number, what):
    if not holds:
        raise Wrong(f"record {number}: {what}")


def is_digits(text):
    return bool(text) and all(c in DIGITS for c in text)


class Row:
    """One record; places count from 1 and include both ends."""

    def __init__(self, number, text):
        self.number = number
        self.raw = text

    def at(self, first, last):
        return self.raw[first - 1:last]

    def blank(self, *ranges):
        for first, last in ranges:
            check(not self.at(first, last).strip(), self.number,
                  f"{first}-{last} is not blank")

    def is_(self, first, last, text):
        check(self.at(first, last) == text, self.number,
              f"{first}-{last} is {self.at(first, last)!r}, not {text!r}")

    def number_at(self, first, last):
        text = self.at(first, last)
        check(is_digits(text), self.number, f"{first}-{last} is no number")
        return int(text)

    def date(self, first):
        text = self.at(first, first + 5)
        check(is_digits(text), self.number, f"{first} is no date")
        try:
            return datetime.datetime.strptime(text, "%d%m%y").date()
        except ValueError as error:
            raise Wrong(f"record {self.number}: {error}") from error

    def amount(self, first):
        """Thousandths, from a sign and fifteen digits."""
        sign = self.at(first, first)
        check(sign in ("0", "1"), self.number, f"{first} is no sign")
        size = self.number_at(first + 1, first + 15)
        return -size if sign == "1" else size


class Movement:
    def __init__(self):
        self.information = ""
        self.text = ""


class Statement:
    def __init__(self):
        self.movements = []


def rows_of(data):
    check(data.endswith(b"\r\n"), 0, "the last line has no end")
    lines = data[:-2].split(b"\r\n")
    rows = []
    for number, line in enumerate(lines, 1):
        check(len(line) == 128, number, f"{len(line)} characters, not 128")
        check(all(32 <= byte < 127 for byte in line), number,
              "a character that is not printable ASCII")
        rows.append(Row(number, line.decode("ascii")))
    return rows


def read_head(rows, statement):
    header, balance = rows
    header.is_(1, 5, "00000")
    header.is_(15, 16, "05")
    header.is_(128, 128, "2")
    header.blank((17, 24), (61, 71), (83, 83), (89, 127))
    statement.made = header.date(6)
    statement.reference = header.at(25, 34)
    statement.company = header.at(72, 82)
    check(is_digits(statement.company), 1, "72-82 is no company")
    company = statement.company
    check(company == "0" * 11
          or 97 - int(company[1:9]) % 97 == int(company[9:]), 1,
          "the company's check digits")
    balance.is_(1, 2, "11")
    statement.number = balance.at(3, 5)
    check(1 <= balance.number_at(3, 5) <= 366, 2, "3-5 is no day of a year")
    balance.is_(126, 128, statement.number)
    statement.account = balance.at(6, 39).rstrip()
    statement.unit = balance.at(40, 42)
    check(statement.unit.isalpha() and statement.unit.isupper(), 2,
          "40-42 is no unit")
    statement.old = balance.amount(43)
    statement.old_date = balance.date(59)
    statement.holder = balance.at(65, 90).rstrip()
    check(header.at(35, 60).rstrip() == statement.holder, 1, "two holders")
    statement.description = balance.at(91, 125).rstrip()


def reference_holds(digits):
    rest = int(digits[:10]) % 97
    return int(digits[10:]) == (rest or 97)


def read_movement(statement, first, second, third):
    move = Movement()
    move.sequence = first.at(3, 6)
    expected = f"{len(statement.movements) + 1:04d}0000"
    for row, kind in ((first, "21"), (second, "22"), (third, "23")):
        row.is_(1, 10, kind + expected)
    first.is_(122, 128, statement.number + "01 0")
    second.is_(126, 128, "1 0")
    second.blank((99, 125))
    third.is_(126, 128, "0 1")
    move.bank_reference = first.at(11, 31)
    check(move.bank_reference.startswith("TX-"), first.number, "11-31")
    move.amount = first.amount(32)
    check(move.amount != 0, first.number, "an amount of zero")
    move.value_date = first.date(48)
    move.code = first.at(54, 61)
    check(move.code in (("00150000", "00199000") if move.amount > 0 else
                        ("00101000", "00149000")), first.number,
          "a code of the other side")
    move.structured = first.at(62, 62) == "1"
    check(first.at(62, 62) in "01", first.number, "62 is no kind")
    text = first.at(63, 115) + second.at(11, 63) + third.at(83, 125)
    if move.structured:
        check(text[:3] == "101" and is_digits(text[3:15])
              and not text[15:].strip(), first.number, "no communication 101")
        check(reference_holds(text[3:15]), first.number, "check digits")
        move.text = text[3:15]
    else:
        move.text = text.rstrip()
    move.date = first.date(116)
    move.customer_reference = second.at(64, 98).rstrip()
    move.party_account = third.at(11, 44).rstrip()
    third.is_(45, 47, statement.unit)
    move.party = third.at(48, 82).rstrip()
    check(bool(move.party), third.number, "no name")
    statement.movements.append(move)


ZONES = {"31": (41, 113), "32": (11, 115), "33": (11, 100)}


def read_information(move, rows):
    """Reads 3.1 to 3.3 at the start of `rows`, and says how many they were."""
    for count, kind in enumerate(("31", "32", "33"), 1):
        check(bool(rows), 0, "the file ends in a movement")
        row = rows.pop(0)
        row.is_(1, 10, kind + move.sequence + "0001")
        first, last = ZONES[kind]
        if kind == "31":
            row.is_(11, 31, move.bank_reference)
            row.is_(32, 40, move.code + "0")
        row.blank((last + 1, 125), (127, 127))
        row.is_(128, 128, "0")
        move.information += row.at(first, last)
        if row.at(126, 126) == "0":
            move.information = move.information.rstrip()
            return count
        row.is_(126, 126, "1")
    raise Wrong("a record 3.4 is announced")


def read_tail(statement, rows, records):
    check(len(rows) == 2, rows[0].number, "more behind the balance")
    balance, trailer = rows
    balance.is_(1, 4, "8" + statement.number)
    balance.is_(5, 38, statement.account.ljust(34))
    balance.is_(39, 41, statement.unit)
    balance.blank((64, 127))
    balance.is_(128, 128, "0")
    statement.new = balance.amount(42)
    statement.new_date = balance.date(58)
    trailer.is_(1, 1, "9")
    trailer.blank((2, 16), (53, 127))
    trailer.is_(128, 128, "2")
    check(trailer.number_at(17, 22) == records, trailer.number, "its count")
    amounts = [move.amount for move in statement.movements]
    check(trailer.number_at(23, 37) == -sum(a for a in amounts if a < 0),
          trailer.number, "its debits")
    check(trailer.number_at(38, 52) == sum(a for a in amounts if a > 0),
          trailer.number, "its credits")
    check(statement.old + sum(amounts) == statement.new, balance.number,
          "the balances do not add up")


def read(data):
    rows = rows_of(data)
    check(len(rows) >= 4, 0, "too few records")
    statement = Statement()
    read_head(rows[:2], statement)
    rest = rows[2:]
    records = 2
    while rest and rest[0].at(1, 1) == "2":
        check(len(rest) > 3, rest[0].number, "the file ends in a movement")
        read_movement(statement, *rest[:3])
        rest = rest[3:]
        records += 3 + read_information(statement.movements[-1], rest)
    check(bool(rest), 0, "the file ends in a movement")
    read_tail(statement, rest, records)
    return statement


def same(mine, theirs, what):
    if mine != theirs:
        raise Wrong(f"{what}: here {mine!r}, the package says {theirs!r}")


def compare_movement(mine, theirs, information):
    thousand = decimal.Decimal(1000)
    pairs = {
        "sequence": (mine.sequence, theirs.sequence),
        "amount": (decimal.Decimal(mine.amount) / thousand, theirs.amount),
        "value date": (mine.value_date, theirs.value_date),
        "entry date": (mine.date, theirs.entry_date),
        "bank reference": (mine.bank_reference, theirs.bank_reference),
        "code": (mine.code, theirs.transaction_code),
        "text": (mine.text, theirs.communication),
        "reference": (mine.customer_reference, theirs.customer_reference),
        "party": (mine.party, theirs.counterparty_name),
        "kind": ("101" if mine.structured else None,
                 theirs.communication_type),
        "information": (mine.information,
                        information._communication[1:].rstrip()),
        "information of": (mine.sequence, information.sequence),
    }
    for what, (here, there) in pairs.items():
        same(here, there, f"movement {mine.sequence}, {what}")
    same(mine.party_account, theirs.counterparty_account[:34].rstrip(),
         f"movement {mine.sequence}, party's account")


def mend(coda, statement):
    """Version 0.2.0 takes the first digit of three amounts for their sign: of
    the old balance, whose sign stands before it, and of the totals, which have
    none. It then refuses a statement that begins in debit. Only where that
    matters are the three places put right."""
    totals = [0, 0]
    for move in statement.movements:
        totals[move.amount > 0] += abs(move.amount)
    if 0 <= statement.old < 10 ** 14 and max(totals) < 10 ** 14:
        return ""
    coda.OLD_BALANCE["old_balance"] = (slice(42, 58), coda._amount)
    for name, places in (("total_debit", slice(22, 37)),
                         ("total_credit", slice(37, 52))):
        coda.TRAILER[name] = (places,
                              lambda text: decimal.Decimal(text) / 1000)
    return ", its signs put right"


def compare(statement, name):
    try:
        import coda  # pylint: disable=import-outside-toplevel
    except ImportError:
        print("the package coda is not there", file=sys.stderr)
        sys.exit(3)
    mended = mend(coda, statement)
    try:
        found = coda.CODA(name).statements
    except (ValueError, AssertionError, KeyError, IndexError,
            AttributeError) as error:
        raise Wrong(f"the package refuses the file: {error!r}") from error
    same(1, len(found), "statements")
    theirs = found[0]
    thousand = decimal.Decimal(1000)
    for what, here, there in (
            ("account", statement.account, theirs.account),
            ("unit", statement.unit, theirs.account_currency),
            ("made", statement.made, theirs.creation_date),
            ("file reference", statement.reference, theirs.file_reference),
            ("company", statement.company, theirs.company_id),
            ("number", statement.number, theirs.old_sequence),
            ("number at the end", statement.number, theirs.new_sequence),
            ("holder", statement.holder, theirs.account_holder_name),
            ("description", statement.description,
             theirs.account_description),
            ("old balance", decimal.Decimal(statement.old) / thousand,
             theirs.old_balance),
            ("old date", statement.old_date, theirs.old_balance_date),
            ("new balance", decimal.Decimal(statement.new) / thousand,
             theirs.new_balance),
            ("new date", statement.new_date, theirs.new_balance_date),
            ("movements", len(statement.movements), len(theirs.moves))):
        same(here, there, what)
    for mine, move in zip(statement.movements, theirs.moves):
        information = theirs.informations[mine.bank_reference]
        same(1, len(information), f"information of {mine.sequence}")
        compare_movement(mine, move, information[0])
    print(f"febelfin-coda {coda.__version__}{mended}: the same")


def show(amount):
    return f"{decimal.Decimal(amount) / 1000:.3f}"


def main(arguments):
    with_package = "--febelfin" in arguments
    names = [name for name in arguments if not name.startswith("--")]
    if len(names) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    with open(names[0], "rb") as file:
        data = file.read()
    try:
        statement = read(data)
        print(f"{statement.account} {statement.unit} "
              f"from {show(statement.old)} to {show(statement.new)} in "
              f"{len(statement.movements)}")
        for move in statement.movements:
            print(f"{move.bank_reference.rstrip()} {show(move.amount)} "
                  f"{move.value_date} {move.date} {move.code} "
                  f"[{move.text}] [{move.party}] [{move.information}]")
        if with_package:
            compare(statement, names[0])
    except Wrong as wrong:
        print(f"{names[0]}: {wrong}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

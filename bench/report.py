#!/usr/bin/env python3
"""Makes the table of docs/performance.md from the metrics of one run.

bench/run.sh calls it. A row says what was measured, what it was compared with
in the same run, the goal, and whether it was reached. What was not measured says
so: no figure comes from anywhere but the metrics.
"""

import argparse
import datetime
import os
import platform
import re
import subprocess
import sys

BEGIN = "<!-- table: written by bench/run.sh --write-docs -->"
END = "<!-- end of table -->"

NOT_HERE = "not measured here"


class Missing(Exception):
    """A metric that this run does not have."""


class Metrics:
    def __init__(self, path):
        self._values = {}
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                name, value = line.rstrip("\n").split("\t")
                self._values[name] = float(value)

    def __call__(self, name):
        if name not in self._values:
            raise Missing(name)
        return self._values[name]


def count(value):
    return f"{value:,.0f}"


def per_second(value):
    return f"{value:,.0f} /s"


def micros(value):
    return f"{value:,.1f} us" if value < 100 else f"{value:,.0f} us"


def at_least(ratio, goal):
    return ratio >= goal


def at_most(ratio, goal):
    return ratio <= goal


class Table:
    """Rows of: what, compared with, goal, measured, reached."""

    def __init__(self, metrics):
        self._metrics = metrics
        self.rows = []

    def add(self, what, against, goal, measure):
        """`measure` returns a text and whether the goal was reached, or None
        for a row without a goal."""
        try:
            measured, reached = measure(self._metrics)
            word = {True: "yes", False: "**no**", None: ""}[reached]
        except Missing:
            measured, word = NOT_HERE, ""
        self.rows.append((what, against, goal, measured, word))

    def ratio(self, what, against, goal, subject, reference, compare, bound,
              show=per_second):
        """A row whose measure is one metric over another."""

        def measure(m):
            value, base = m(subject), m(reference)
            reached = compare(value / base, bound) if compare else None
            return (f"{value / base:.2f} x ({show(value)} against "
                    f"{show(base)})", reached)

        self.add(what, against, goal, measure)

    def absolute(self, what, against, goal, name, compare, bound, show):
        def measure(m):
            value = m(name)
            return show(value), compare(value, bound) if compare else None

        self.add(what, against, goal, measure)

    def left_out(self, what, against, goal, why=NOT_HERE):
        self.rows.append((what, against, goal, why, ""))

    def markdown(self):
        lines = ["| what | compared with | goal | measured | reached |",
                 "|---|---|---|---|---|"]
        lines += ["| " + " | ".join(row) + " |" for row in self.rows]
        return "\n".join(lines)


def unary_rows(table):
    for in_flight in (16, 64, 128):
        table.ratio(
            f"unary settle, durable, {in_flight} in flight: calls/s",
            "bare echo of the same messages",
            ">= 0.75 x" if in_flight > 16 else "",
            f"unary.{in_flight}.server.rate", f"unary.{in_flight}.echo.rate",
            at_least if in_flight > 16 else None, 0.75)
    for in_flight in (64, 128):
        table.ratio(
            f"the same, {in_flight} in flight: CPU of the server a call",
            "CPU of the echo", "<= 1.4 x",
            f"unary.{in_flight}.server.cpu_us",
            f"unary.{in_flight}.echo.cpu_us", at_most, 1.4, micros)

    def tails(m):
        return (f"{micros(m('unary.64.server.p50_us'))}, "
                f"{micros(m('unary.64.server.p99_us'))}, "
                f"{micros(m('unary.64.server.p999_us'))}; echo "
                f"{micros(m('unary.64.echo.p50_us'))}, "
                f"{micros(m('unary.64.echo.p99_us'))}, "
                f"{micros(m('unary.64.echo.p999_us'))}", None)

    table.add("the same, 64 in flight: p50, p99, p99.9", "echo", "", tails)

    def lone(m):
        base = m("unary.1.echo.p50_us") + m("device.sync_p50_us")
        value = m("unary.1.server.p50_us")
        return (f"{value / base:.2f} x ({micros(value)} against "
                f"{micros(m('unary.1.echo.p50_us'))} + "
                f"{micros(m('device.sync_p50_us'))})", value <= 1.25 * base)

    table.add("unary settle, one in flight: p50",
              "p50 of the echo + p50 of one write and fdatasync", "<= 1.25 x",
              lone)


def batch_rows(table):
    rate = "batch.1000.server.rate"
    what = "`BatchCreateTrades`, 1,000 a call, durable and readable"
    table.ratio(f"{what}: trades/s",
                "PostgreSQL, double entry with limit check, in order, 1,000 a "
                "call", ">= 50 x", rate, "postgres.in_order.rate", at_least, 50)
    table.ratio("the same", "PostgreSQL, the same as one statement a call",
                ">= 25 x", rate, "postgres.as_set.rate", at_least, 25)
    table.ratio("the same", "bare echo of the same batches", ">= 0.35 x", rate,
                "batch.1000.echo.rate", at_least, 0.35)

    def cpu(m):
        value = m("batch.1000.server.cpu_us")
        digest = m("OpensslSha256.cpu_us")
        return (f"{value:.2f} us (SHA-256 {digest:.2f} us, echo "
                f"{m('batch.1000.echo.cpu_us'):.2f} us)",
                value <= 3.5 + digest)

    table.add("the same: CPU of the server a trade",
              "SHA-256 of the same bytes",
              "<= 3.5 us + SHA-256", cpu)


def stream_rows(table):
    for batch, what in ((1, "one trade a request, 64 in flight"),
                        (100, "100 trades a request, 8 in flight")):
        name = f"stream.{batch}"
        table.ratio(f"`SubmitTrades`, two streams, {what}: trades/s",
                    "bare echo of the same requests", "",
                    f"{name}.server.rate", f"{name}.echo.rate", None, None)
        table.ratio("the same: CPU of the server a trade",
                    "bare echo of the same requests", "",
                    f"{name}.server.cpu_us", f"{name}.echo.cpu_us", None, None,
                    micros)


def postgres_rows(table):
    what = "unary settle, 32 connections, one call each: calls/s"
    table.ratio(what, "PostgreSQL, 32 clients of pgbench, prepared", ">= 8 x",
                "clients.32.server.rate", "postgres.clients.32.rate", at_least,
                8)
    table.ratio("the same with one hot account", "PostgreSQL, the same",
                ">= 25 x", "clients.32.hot.server.rate",
                "postgres.clients.32.hot.rate", at_least, 25)
    table.ratio("the same with one hot account", "all accounts alike",
                ">= 0.9 x", "clients.32.hot.server.rate",
                "clients.32.server.rate", at_least, 0.9)


def engine_rows(table):
    table.absolute("engine alone: decide, apply, encode; 10,000 accounts",
                   "-", ">= 600,000 /s on one core", "Decide/10000.rate",
                   at_least, 600_000, per_second)
    table.ratio("the same, 1 m accounts", "10,000 accounts", "",
                "Decide/1000000.rate", "Decide/10000.rate", None, 0)
    table.ratio("the same, one hot account", "10,000 accounts", "",
                "DecideHot/10000.rate", "Decide/10000.rate", None, 0)
    table.ratio("the same, an invoice with two tax lines", "no invoice", "",
                "DecideInvoice/10000.rate", "Decide/10000.rate", None, 0)

    def digest(m):
        added = m("DecideAndChain/10000.cpu_us") - m("Decide/10000.cpu_us")
        pure = m("OpensslSha256.cpu_us")
        return (f"{added:.2f} us a trade (SHA-256 of "
                f"{count(m('OpensslSha256.hashed_bytes'))} bytes {pure:.2f} us)",
                None)

    table.add("batch, CRC and digest beside it", "OpenSSL SHA-256", "", digest)

    def replay(m):
        return (f"{per_second(m('Replay.rate'))} (reading alone "
                f"{per_second(m('Read.rate'))})",
                m("Replay.rate") >= 1_000_000)

    table.add("replay from memory, records/s", "-", ">= 1 m records/s", replay)
    table.ratio("verification of every digest, one core",
                "OpenSSL SHA-256 of the same bytes", ">= 0.8 x", "Verify.rate",
                "OpensslSha256.rate", at_least, 0.8)
    table.absolute("memory of a member and its account", "-", "<= 256 B",
                   "memory.member", at_most, 256, lambda v: f"{v:.0f} B")
    table.absolute("memory of an open trade", "-", "<= 256 B",
                   "memory.open_trade", at_most, 256, lambda v: f"{v:.0f} B")


def journal_rows(table):
    for size in (1, 16, 128, 1000):
        name = f"JournalAppend/{size}.rate"

        def measure(m, size=size, name=name):
            rate = m(name)
            return (f"{rate / m(f'WriteAndFdatasync/{size}.rate'):.2f} x, "
                    f"{rate / m(f'RocksdbValuePerBatch/{size}.rate'):.2f} x, "
                    f"{rate / m(f'RocksdbKeyPerRecord/{size}.rate'):.2f} x "
                    f"({per_second(rate)})", None)

        table.add(f"journal, {size:,} records a sync",
                  "write and fdatasync; RocksDB, one value; RocksDB, a key a "
                  "record", "", measure)
    table.ratio("projecting batches of 1,000: CPU a trade",
                "ingesting the rows, made before", "", "Advance/1000.cpu_us",
                "IngestRows/20000.cpu_us", None, 0, micros)


def store_rows(table):
    def disk(m):
        return (f"{m('disk.total'):.0f} B, of it journal "
                f"{m('disk.journal'):.0f} B "
                f"({count(m('store.trades'))} trades)",
                m("disk.total") <= 400)

    table.add("disk per trade, all indexes, compacted", "-", "<= 400 B", disk)

    def start(m):
        return (f"{per_second(m('start.rate'))}, {m('start.seconds'):.2f} s for "
                f"{count(m('store.trades'))} trades (reading the files "
                f"{m('start.read_seconds'):.2f} s)",
                m("start.rate") >= 1_000_000)

    table.add("start by replaying the journal", "reading the same files",
              ">= 1 m records/s", start)

    def from_checkpoint(m):
        seconds = m("start.checkpoint_seconds")
        return (f"{seconds:.2f} s for {count(m('store.trades'))} trades",
                seconds <= 1)

    table.add("start with a checkpoint", "-", "<= 1 s", from_checkpoint)

    def verify(m):
        return (f"{per_second(m('verify.rate'))}, {m('verify.seconds'):.2f} s "
                f"for {count(m('store.trades'))} trades and all their rows",
                None)

    table.add("`skontro verify` of that store", "-", "", verify)

    def crash(m):
        ms, records = m("restart.ms"), m("restart.records")
        return f"{count(ms)} ms with {count(records)} records", ms <= 1_000

    table.add("kill -9 to the first answer", "-", "<= 1 s", crash)

    def page(m):
        return (f"p50 {micros(m('statement.p50_us'))}, p99 "
                f"{micros(m('statement.p99_us'))} of "
                f"{count(m('statement.rows'))} entries, without load",
                m("statement.p99_us") <= 5_000)

    table.add("statement page of 100 rows of a long account", "-",
              "p99 <= 5 ms", page)

    def balance(m):
        return (f"p50 {micros(m('balance.p50_us'))}, p99 "
                f"{micros(m('balance.p99_us'))}, without load",
                m("balance.p99_us") <= 1_000)

    table.add("balance as of any sequence", "-", "<= 1 ms", balance)

    def resident(m):
        value = m("server.resident_bytes") / 1e9
        return f"{value:.2f} GB after the load", value <= 0.4

    table.add("resident memory of the server", "-", "<= 0.4 GB", resident)
    for name, text in (("batch.1000", "batches of 1,000"),
                       ("unary.64", "unary, 64 in flight")):
        table.absolute(f"bytes written to disk a trade, {text}", "-",
                       "<= 1 kB", f"{name}.server.written", at_most, 1_000,
                       lambda v: f"{count(v)} B")


def rows_left_out(table):
    tiger = "TigerBeetle"
    table.left_out("one at a time; 64 in flight; 32 clients; batches of 100 to "
                   "8,192 on a store with 10 m trades", tiger,
                   "performance of its loaded file",
                   "not measured here: no binary of it")
    def export(m):
        slowest = m("export.slowest.lines_per_second")
        return (f"slowest format {count(slowest)} lines/s, FEC "
                f"{count(m('export.fec.lines_per_second'))}, journal CSV "
                f"{count(m('export.journal.lines_per_second'))}, camt.053 "
                f"{count(m('export.camt.053.001.08.lines_per_second'))} "
                f"({count(m('export.trades'))} trades, without reading a store)",
                slowest >= 300_000)

    table.add("export of a fiscal year, one core", "-", ">= 300,000 lines/s",
              export)
    table.left_out("clearing of 100,000 and 1 m firms", "LEMON CostScaling",
                   ">= 3 x faster", "a table of its own, below")
    table.left_out("settle p99 during an export", "without", "<= 1.5 x")


def output_of(*command):
    try:
        return subprocess.run(command, check=True, capture_output=True,
                              text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def first_match(pattern, path):
    try:
        with open(path, encoding="utf-8") as file:
            found = re.search(pattern, file.read(), re.MULTILINE)
            return found.group(1) if found else ""
    except OSError:
        return ""


def package(name):
    version = output_of("dpkg-query", "-W", "-f=${Version}", name)
    return version or "unknown"


def device_of(directory):
    """Type of the file system and of the disk below `directory`."""
    system = output_of("findmnt", "-n", "-o", "FSTYPE", "-T", directory)
    source = output_of("findmnt", "-n", "-o", "SOURCE", "-T", directory)
    name = os.path.basename(source)
    kind = "virtual disk" if name.startswith("vd") else name
    return f"{system or 'unknown file system'} on {kind or 'unknown'}"


def machine(metrics, directory):
    model = first_match(r"^model name\s*: (.*)$", "/proc/cpuinfo")
    mhz = first_match(r"^cpu MHz\s*: ([0-9]+)", "/proc/cpuinfo")
    flags = first_match(r"^flags\s*: (.*)$", "/proc/cpuinfo").split()
    memory = first_match(r"^MemTotal:\s+([0-9]+)", "/proc/meminfo")
    system = first_match(r'^PRETTY_NAME="(.*)"', "/etc/os-release")
    lines = [
        f"- {os.cpu_count()} cores of {model} at {mhz} MHz, "
        f"{'with' if 'sha_ni' in flags else 'without'} SHA extensions, "
        f"{int(memory or 0) / 2**20:.0f} GiB of memory; "
        f"{device_of(directory)}",
        f"- {system}, kernel {re.sub(r'-.*', '', platform.release())}, "
        f"{output_of('g++', '--version').splitlines()[0]}; "
        f"gRPC {package('libgrpc++-dev')}, RocksDB {package('librocksdb-dev')}, "
        f"OpenSSL {package('libssl-dev')}, PostgreSQL "
        f"{package('postgresql-15')}",
        f"- client and servers on the same cores; median of "
        f"{metrics('run.rounds'):.0f} rounds; the run took "
        f"{metrics('run.seconds'):.0f} s; load of the machine before it "
        f"{metrics('machine.load_before'):.1f}; other processes took "
        f"{metrics('machine.others_percent'):.0f} % of the CPU during it",
    ]
    if metrics("run.quick"):
        lines.append("- a quick run: short rounds, a small store; for a look, "
                     "not for the record")
    return "\n".join(lines)


def make_report(metrics, directory):
    table = Table(metrics)
    unary_rows(table)
    batch_rows(table)
    stream_rows(table)
    postgres_rows(table)
    engine_rows(table)
    journal_rows(table)
    store_rows(table)
    rows_left_out(table)
    day = datetime.date.today().isoformat()
    return (f"Measured on {day}:\n\n{machine(metrics, directory)}\n\n"
            f"{table.markdown()}\n")


def write_docs(path, report):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        sys.exit(f"{path} has no place for the table: {BEGIN}")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"{before}{BEGIN}\n\n{report}\n{END}{after}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--metrics", required=True)
    parser.add_argument("--device", required=True,
                        help="a directory on the device that was measured")
    parser.add_argument("--output", required=True)
    parser.add_argument("--docs")
    arguments = parser.parse_args()
    report = make_report(Metrics(arguments.metrics), arguments.device)
    with open(arguments.output, "w", encoding="utf-8") as file:
        file.write(report)
    if arguments.docs:
        write_docs(arguments.docs, report)
    print(report)


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""Opens very many connections to a real skontrod, which say nothing or half a
request, and asks meanwhile whether others are served.

  idle_connections.py SKONTROD [COUNT]

COUNT is 10,000 unless it is said, or as many as the files allow that one
process may have open. Each is a connection of HTTP or, every tenth, of gRPC.
"""

import json
import os
import pathlib
import resource
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

KINDS = (b"", b"GET /healthz HTTP/1.1\r\n", b"\x16\x03\x01\x02\x00\x01",
         b"POST /skontro.v1.TradeService/CreateTrade HTTP/1.1\r\n"
         b"Host: localhost\r\nContent-Type: application/json\r\n"
         b"Content-Length: 100\r\n\r\n{")


def address_of(line):
    host, _, port = line.split()[-1].rpartition("//")[2].rpartition(":")
    return host, int(port)


def resident_mib(pid):
    pages = pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]
    return int(pages) * resource.getpagesize() / 2**20


def main():
    program, count = sys.argv[1], int((sys.argv + ["10000"])[2])
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    count = min(count, most - 200)
    with tempfile.TemporaryDirectory(prefix="skontro-idle-") as directory:
        server = subprocess.Popen(
            [program, "--insecure-loopback", "--data-dir", directory + "/data",
             "--grpc-listen", "127.0.0.1:0", "--http-listen", "127.0.0.1:0"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            grpc = address_of(server.stdout.readline())
            http = address_of(server.stdout.readline())
            hold(server.pid, grpc, http, count)
        finally:
            server.terminate()
            code = server.wait(60)
    if code != 0:
        sys.exit(f"idle_connections: the server ended with {code}")


def hold(pid, grpc, http, count):
    url = f"http://{http[0]}:{http[1]}"

    def ask():
        begun = time.monotonic()
        request = urllib.request.Request(
            url + "/skontro.v1.NetworkService/ListNetworks", b"{}",
            {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert "networks" in json.load(answer)
        return time.monotonic() - begun

    before = resident_mib(pid)
    held, waits, begun = [], [ask()], time.monotonic()
    for i in range(count):
        one = socket.create_connection(grpc if i % 10 == 9 else http, 30)
        one.setblocking(False)
        try:
            one.send(KINDS[i % len(KINDS)])
        except OSError:
            pass  # It had to make room already.
        held.append(one)
        if i % 500 == 499:
            waits.append(ask())
    took = time.monotonic() - begun
    waits += [ask() for _ in range(20)]
    open_now = 0
    for one in held:
        try:
            while one.recv(65_536):
                pass  # What it was told, as that there are too many.
        except BlockingIOError:
            open_now += 1
        except OSError:
            pass
    after = resident_mib(pid)
    print(f"{count} connections in {took:.1f} s; {open_now} of them are open; "
          f"{len(waits)} calls meanwhile, the slowest {max(waits) * 1e3:.0f} ms; "
          f"memory {before:.0f} MiB before, {after:.0f} MiB then")
    if max(waits) > 20:
        sys.exit("idle_connections: others had to wait for too long")
    if not 0 < open_now < 1_100 + count // 10:
        sys.exit("idle_connections: more are open than the server is to keep")
    for one in held:
        one.close()


if __name__ == "__main__":
    os.environ.pop("http_proxy", None)
    main()

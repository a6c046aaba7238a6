#!/usr/bin/python3
"""Receives the messages of a webhook, and trusts none that is not signed.

    webhook_receiver.py --secret-file FILE [--port PORT] [--events FILE]

FILE holds the secret that `skontro webhook create` showed, `whsec_...`. Each
event is printed as a line, once, and its id is kept in --events, so that a
restart knows it too. Behind a proxy that speaks https for it, this is all that a
receiver has to do:

1. look at the time, and refuse what is older than five minutes: a message that
   somebody kept and sends again is not taken;
2. compute the signature of the bytes as they came, and compare it in constant
   time;
3. keep what the event says, together with its id, before answering 2xx: what is
   answered is never sent again, and what is not is;
4. answer 2xx to an event that is known already.
"""

import argparse
import base64
import hashlib
import hmac
import http.server
import json
import os
import sys
import time

TOLERANCE_SECONDS = 300
BODY_MAX = 1024 * 1024


def signature(secret, event_id, timestamp, body):
    """The value of `webhook-signature` for these bytes."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{event_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(
        hmac.new(key, signed, hashlib.sha256).digest()).decode()


def is_genuine(secret, headers, body, now):
    """Whether who has the secret sent this, and not long ago."""
    timestamp = headers.get("webhook-timestamp", "")
    if not timestamp.isdigit() or abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    expected = signature(secret, headers.get("webhook-id", ""), timestamp, body)
    return any(hmac.compare_digest(expected.encode(), given.encode())
               for given in headers.get("webhook-signature", "").split(" "))


class Events:
    """The events that came, each once; their ids are kept in a file."""

    def __init__(self, path):
        self._file = open(path, "a+", encoding="utf-8")
        self._file.seek(0)
        self._known = set(self._file.read().split())

    def take(self, event_id, message):
        if event_id in self._known:
            return
        for event in message["events"]:
            print(event["sequence"], event["type"], flush=True)
        self._file.write(event_id + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        self._known.add(event_id)


def handler(secret, events):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            length = int(self.headers.get("content-length", "0"))
            if length > BODY_MAX:
                return self.answer(413)
            body = self.rfile.read(length)
            if not is_genuine(secret, self.headers, body, time.time()):
                return self.answer(401)
            events.take(self.headers["webhook-id"], json.loads(body))
            return self.answer(204)

        def answer(self, status):
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    return Handler


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--secret-file", required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--events", default="webhook_events")
    arguments = parser.parse_args()
    with open(arguments.secret_file, encoding="utf-8") as file:
        secret = file.read().strip()
    server = http.server.HTTPServer(
        ("127.0.0.1", arguments.port), handler(secret, Events(arguments.events)))
    print(f"listening on http://127.0.0.1:{server.server_port}/",
          file=sys.stderr, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()

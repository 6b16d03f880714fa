#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""A receiver of events over HTTP, for tests.

Usage: http_peer.py PORT DIR [CERT KEY]

Appends the events that it takes to DIR/events, a line each; the lines of a _bulk
come in pairs, whose first names the event. DIR/mode says how it behaves, read anew
for each request:

    take              2xx
    status N          answers with N, takes nothing
    limit BYTES       413 to what is larger
    refuse-one TEXT   _bulk: 400 to each event with TEXT in it, 201 to the rest
    busy-one N        _bulk: 429 to each event but every Nth
    slow SECONDS      take, but wait before
    hang              never answers
    cut               takes it, and breaks the connection instead of answering
"""
import http.server
import json
import os
import ssl
import sys
import threading
import time

PORT, DIRECTORY = int(sys.argv[1]), sys.argv[2]
lock = threading.Lock()


def mode():
    try:
        with open(os.path.join(DIRECTORY, "mode")) as file:
            return file.read().split()
    except FileNotFoundError:
        return ["take"]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def keep(self, lines):
        # In one go: a request that came again may be served at the same time.
        with lock, open(os.path.join(DIRECTORY, "events"), "ab") as file:
            file.write(b"".join(line + b"\n" for line in lines))

    def judge(self, how, name, event, seen):
        if name in seen:
            return 409
        if how[0] == "refuse-one" and how[1].encode() in event:
            return 400
        if how[0] == "busy-one" and hash(name + str(time.time())) % int(how[1]):
            return 429
        return 201

    def bulk(self, how, lines):
        seen = Handler.seen
        items, kept = [], []
        for action, event in zip(lines[0::2], lines[1::2]):
            name = json.loads(action)["create"]["_id"]
            status = self.judge(how, name, event, seen)
            item = {"status": status}
            if status == 201:
                seen.add(name)
                kept.append(event)
            elif status != 409:
                item["error"] = {"type": "t", "reason": "as told"}
            items.append({"create": item})
        self.keep(kept)
        errors = any(item["create"]["status"] > 299 for item in items)
        self.answer(200, json.dumps({"errors": errors, "items": items}).encode())

    def do_POST(self):
        how = mode()
        body = self.rfile.read(int(self.headers["Content-Length"]))
        lines = body.splitlines()
        with open(os.path.join(DIRECTORY, "requests"), "a") as file:
            file.write("%s %d %s\n" % (self.path, len(body), self.headers.get("Authorization")))
        if how[0] == "status":
            self.answer(int(how[1]), b"as told")
            return
        if how[0] == "limit" and len(body) > int(how[1]):
            self.answer(413)
            return
        if how[0] == "hang":
            time.sleep(600)
        if how[0] == "slow":
            time.sleep(float(how[1]))
        if "/_bulk" in self.path:
            self.bulk(how, lines)
        else:
            self.keep(lines)
            if how[0] == "cut":
                self.close_connection = True
                return
            self.answer(200)


Handler.seen = set()
server = http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Handler)
server.daemon_threads = True
if len(sys.argv) > 3:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[3], sys.argv[4])
    server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()

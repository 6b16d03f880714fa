#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""A receiver of the Fluent Forward protocol for tests, written from its specification.

Usage: fluent_peer.py PORT DIR [key SECRET [USER PASSWORD]] [tls CERT KEY]

Each record becomes a line of JSON in DIR/records, each chunk "TAG SIZE COMPRESSED" in
DIR/chunks. DIR/mode, read anew for each chunk:

    take        and acknowledge
    deaf        take, and say nothing
    other       acknowledge another chunk
    cut         take, and close the connection instead of acknowledging
    slow N      wait N seconds before acknowledging
"""
import gzip
import hashlib
import json
import os
import socket
import ssl
import struct
import sys
import threading
import time

PORT, DIRECTORY = int(sys.argv[1]), sys.argv[2]
REST = sys.argv[3:]
KEY = REST[1].encode() if REST[:1] == ["key"] else None
USER = [word.encode() for word in REST[2:4]] if KEY and len(REST) > 3 and REST[2] != "tls" else None
CERT = REST[REST.index("tls") + 1:] if "tls" in REST else None
NONCE, AUTH = os.urandom(16), os.urandom(16)
lock = threading.Lock()


class Short(Exception):
    """More bytes are needed."""


class Unpacker:
    """msgpack, as much of it as the protocol has."""

    FIXED = {0xca: ">f", 0xcb: ">d", 0xcc: ">B", 0xcd: ">H", 0xce: ">I", 0xcf: ">Q",
             0xd0: ">b", 0xd1: ">h", 0xd2: ">i", 0xd3: ">q"}
    LENGTH = {0xc4: ">B", 0xc5: ">H", 0xc6: ">I", 0xd9: ">B", 0xda: ">H", 0xdb: ">I",
              0xdc: ">H", 0xdd: ">I", 0xde: ">H", 0xdf: ">I"}

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        if self.at + count > len(self.data):
            raise Short
        self.at += count
        return self.data[self.at - count:self.at]

    def number(self, form):
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def mapping(self, count):
        return {self.one(): self.one() for _ in range(count)}

    def one(self):
        head = self.take(1)[0]
        if head <= 0x7f:
            return head
        if head <= 0x8f:
            return self.mapping(head & 15)
        if head <= 0x9f:
            return [self.one() for _ in range(head & 15)]
        if head <= 0xbf:
            return self.take(head & 31).decode("latin-1")
        if head >= 0xe0:
            return head - 256
        if head in (0xc0, 0xc2, 0xc3):
            return {0xc0: None, 0xc2: False, 0xc3: True}[head]
        if head in self.FIXED:
            return self.number(self.FIXED[head])
        if head == 0xd7:
            assert self.take(1) == b"\0", "ext type of an EventTime"
            return struct.unpack(">II", self.take(8))
        count = self.number(self.LENGTH[head])
        if head <= 0xc6:
            return self.take(count)
        if head <= 0xdb:
            return self.take(count).decode("latin-1")
        return [self.one() for _ in range(count)] if head <= 0xdd else self.mapping(count)


def pack(value):
    if isinstance(value, bool):
        return b"\xc3" if value else b"\xc2"
    if isinstance(value, str):
        value = value.encode()
        return bytes([0xd9, len(value)]) + value
    if isinstance(value, bytes):
        return bytes([0xc4, len(value)]) + value
    if isinstance(value, list):
        return bytes([0x90 | len(value)]) + b"".join(map(pack, value))
    return bytes([0x80 | len(value)]) + b"".join(pack(k) + pack(v) for k, v in value.items())


def sha512(*parts):
    return hashlib.sha512(b"".join(parts)).hexdigest()


def mode():
    try:
        with open(os.path.join(DIRECTORY, "mode")) as file:
            return file.read().split()
    except FileNotFoundError:
        return ["take"]


class Link:
    def __init__(self, connection):
        self.connection, self.buffer = connection, b""

    def receive(self):
        while True:
            unpacker = Unpacker(self.buffer)
            try:
                message = unpacker.one()
            except Short:
                more = self.connection.recv(1 << 20)
                if not more:
                    raise ConnectionError("closed")
                self.buffer += more
                continue
            self.buffer = self.buffer[unpacker.at:]
            return message

    def shake_hands(self):
        self.connection.sendall(pack(["HELO", {"nonce": NONCE, "auth": AUTH if USER else b"",
                                               "keepalive": True}]))
        word, host, salt, digest, user, password = self.receive()
        salt = salt.encode("latin-1")
        assert word == "PING"
        good = digest == sha512(salt, host.encode(), NONCE, KEY)
        reason = "" if good else "shared_key mismatch"
        if good and USER:
            good = user.encode() == USER[0] and password == sha512(AUTH, *USER)
            reason = "" if good else "username/password mismatch"
        own = sha512(salt, b"peer", NONCE, KEY) if good else ""
        self.connection.sendall(pack(["PONG", good, reason, "peer", own]))
        return good

    def keep(self, message):
        tag, entries, option = message
        if option.get("compressed") == "gzip":
            entries = gzip.decompress(entries)
        unpacker, lines = Unpacker(entries), []
        while unpacker.at < len(entries):
            when, record = unpacker.one()
            assert 1.5e9 < when[0] < 4e9 and when[1] < 1e9
            lines.append(json.dumps(record, separators=(",", ":"), default=repr))
        assert len(lines) == option["size"]
        with lock:
            with open(os.path.join(DIRECTORY, "records"), "a") as file:
                file.write("".join(line + "\n" for line in lines))
            with open(os.path.join(DIRECTORY, "chunks"), "a") as file:
                file.write("%s %d %s\n" % (tag, option["size"], option.get("compressed")))
        return option["chunk"]

    def serve(self):
        if KEY and not self.shake_hands():
            return
        while True:
            chunk = self.keep(self.receive())
            how = mode()
            if how[0] == "cut":
                return
            if how[0] == "slow":
                time.sleep(float(how[1]))
            if how[0] != "deaf":
                self.connection.sendall(pack({"ack": "other" if how[0] == "other" else chunk}))


def accept(connection):
    try:
        if CERT:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*CERT)
            connection = context.wrap_socket(connection, server_side=True)
        Link(connection).serve()
    except (ConnectionError, ssl.SSLError) as error:
        print(error, file=sys.stderr)
    connection.close()


listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", PORT))
listener.listen()
open(os.path.join(DIRECTORY, "listening"), "w").close()
while True:
    threading.Thread(target=accept, args=(listener.accept()[0],), daemon=True).start()

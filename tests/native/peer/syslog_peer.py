#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""A syslog receiver for tests: syslog_peer.py PORT DIR [slow | cut BYTES | tls CERT KEY]

Takes frames in octet counting, and appends each message to DIR/messages as a
line. Anything that is no frame ends it with an error. slow: reads 64 KiB at a time
with a pause in between; cut: ends each connection after so many bytes, and reads
what its kernel has acknowledged by then: who does not loses what no sender can know of.
"""
import os
import socket
import ssl
import sys
import threading
import time
import traceback

PORT, DIRECTORY = int(sys.argv[1]), sys.argv[2]
HOW = sys.argv[3] if len(sys.argv) > 3 else ""

listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
if HOW == "slow":
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
listener.bind(("127.0.0.1", PORT))
listener.listen()
if HOW == "tls":
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[4], sys.argv[5])
open(os.path.join(DIRECTORY, "listening"), "w").close()


def frames(buffer):
    """The whole frames of a buffer, and what is left of it."""
    at, found = 0, []
    while True:
        space = buffer.find(b" ", at, at + 8)
        if space < 0:
            assert len(buffer) - at < 8, "no length: %r" % buffer[at:at + 40]
            return found, buffer[at:]
        end = space + 1 + int(buffer[at:space])
        if end > len(buffer):
            return found, buffer[at:]
        found.append(buffer[space + 1:end])
        at = end


def serve(connection):
    buffer, total = b"", 0
    with open(os.path.join(DIRECTORY, "messages"), "ab", buffering=0) as file:
        while True:
            more = connection.recv(65536)
            if not more:
                return
            total += len(more)
            found, buffer = frames(buffer + more)
            assert all(b"\n" not in frame for frame in found)
            file.write(b"".join(frame + b"\n" for frame in found))
            if HOW == "slow":
                time.sleep(0.02)
            if HOW == "cut" and total > int(sys.argv[4]):
                total = float("-inf")
                connection.shutdown(socket.SHUT_WR)


def accept(connection):
    try:
        if HOW == "tls":
            connection = context.wrap_socket(connection, server_side=True)
        serve(connection)
    except (ssl.SSLError, ConnectionError) as error:
        print(error, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    connection.close()


while True:
    threading.Thread(target=accept, args=(listener.accept()[0],)).start()

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""A journal for tests: journal_peer.py SOCKET FILE. Each datagram's MESSAGE becomes a line."""
import os
import socket
import sys

receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind(sys.argv[1])
os.chmod(sys.argv[1], 0o666)
with open(sys.argv[2], "ab", buffering=0) as file:
    while True:
        fields = dict(line.split(b"=", 1) for line in receiver.recv(1 << 20).splitlines())
        assert fields[b"SYSLOG_IDENTIFIER"] == b"yagura" and fields[b"PRIORITY"] in b"456"
        assert fields[b"YAGURA_ID"] in fields[b"MESSAGE"]
        file.write(fields[b"MESSAGE"] + b"\n")

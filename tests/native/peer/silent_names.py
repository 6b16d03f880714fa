#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Runs a program where name servers take every question and answer none.

Usage: unshare --mount --net silent_names.py RESOLV_CONF PROGRAM ARGS...

RESOLV_CONF is written, and is the program's /etc/resolv.conf. The name server is a socket that
nobody reads, which the program inherits. There is no network but the loopback.
"""
import fcntl
import os
import socket
import struct
import subprocess
import sys

SIOCSIFFLAGS, IFF_UP = 0x8914, 1

with open(sys.argv[1], "w") as file:
    file.write("nameserver 127.0.0.1\noptions timeout:30 attempts:2\n")
os.chmod(sys.argv[1], 0o644)
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
fcntl.ioctl(server, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))
server.bind(("127.0.0.1", 53))
server.set_inheritable(True)
subprocess.run(["mount", "--bind", sys.argv[1], "/etc/resolv.conf"], check=True)
os.execv(sys.argv[2], sys.argv[2:])

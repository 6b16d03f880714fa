#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Runs a program that finds a port of the loopback behind TLS.

Usage: tls_front.py PORT CERT KEY PROGRAM ARGS...

The program has a network of its own, with nothing but a loopback, where this listens on
127.0.0.1:PORT; what goes through TLS there goes on to 127.0.0.1:PORT outside. So the address
is the same on both sides, as a protocol needs it that tells its clients where to go. Needs root.
"""
import asyncio
import ctypes
import fcntl
import socket
import signal
import ssl
import struct
import subprocess
import sys
import threading

CLONE_NEWNET = 0x40000000
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
port = int(sys.argv[1])


def begin(made):
    """A thread's: what it makes from here on is in a network of its own."""
    if ctypes.CDLL(None).unshare(CLONE_NEWNET):
        return
    listener = socket.socket()
    fcntl.ioctl(listener, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))
    listener.bind(("127.0.0.1", port))
    made.extend((listener, subprocess.Popen(sys.argv[4:])))


async def pump(source, sink):
    try:
        while data := await source.read(65536):
            sink.write(data)
            await sink.drain()
    except OSError:
        pass
    sink.close()


async def serve(reader, writer):
    try:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        writer.close()
        return
    await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))


async def run(listener, program):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2], sys.argv[3])
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, program.terminate)
    await asyncio.start_server(serve, sock=listener, ssl=context)
    return await loop.run_in_executor(None, program.wait)


ends = []
thread = threading.Thread(target=begin, args=(ends,))
thread.start()
thread.join()
if not ends:
    sys.exit("no network of its own to be had")
sys.exit(asyncio.run(run(*ends)))

"""A scanner that speaks clamd's protocol on TCP and answers as the test says."""

import contextlib
import socketserver
import struct
import threading

import pytest


class Scripted(socketserver.BaseRequestHandler):
    """Speaks clamd's protocol, and answers as the test says."""

    def handle(self):
        with contextlib.suppress(OSError):
            self.server.handled(self.request)


@pytest.fixture
def scripted(settings):
    """Start a scanner on TCP that handles each connection with the given function."""
    servers = []

    def start(handle):
        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Scripted)
        server.daemon_threads = True
        server.handled = handle
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        servers.append(server)
        settings.SCANNER_URL = f"tcp://127.0.0.1:{server.server_address[1]}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def read_stream(connection):
    """Take one INSTREAM off the wire, as clamd does, and return the bytes sent."""
    file = connection.makefile("rb")
    assert file.read(10) == b"zINSTREAM\0"
    received = b""
    while length := struct.unpack(">I", file.read(4))[0]:
        received += file.read(length)
    return received

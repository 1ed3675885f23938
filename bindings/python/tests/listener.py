"""A vendor made of bytes, for what is tested on the wire."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import dollr
from conftest import new_client

TOKEN = b'{"access_token": "hush-token", "expires_in": 60}'
SESSION = (
    b'{"id": 55, "source_id": 1, "source_type": "INVOICE", "status": "ACTIVE", "payment_account_id": null}'
)


Wrap = Callable[[socket.socket], socket.socket]
"""What TLS makes of a connection."""


class Listener:
    """A vendor made of bytes: each request is kept as it came, and answered as it was told."""

    def __init__(self, answers: Callable[[bytes], bytes | None], wrap: Wrap | None) -> None:
        self.answers, self.wrap = answers, wrap
        self.heard, self.connections, self.on_each = list[bytes](), list[socket.socket](), list[list[bytes]]()
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http{'s' if wrap else ''}://127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            # What is sent while a connection waits is not held back until its next request.
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.wrap is not None:
                connection = self.wrap(connection)
            self.connections.append(connection)
            self.on_each.append([])
            threading.Thread(target=self._serve, args=(connection, self.on_each[-1]), daemon=True).start()

    def _serve(self, connection: socket.socket, on_it: list[bytes]) -> None:
        with connection:
            while request := self._request(connection):
                self.heard.append(request)
                on_it.append(request)
                answer = TOKEN_ANSWER if b"obtain/token" in request else self.answers(request)
                if answer is None:
                    # A reset instead of an answer.
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    return
                try:
                    connection.sendall(answer)
                except OSError:
                    return
                framed = b"Content-Length" in answer or b"chunked" in answer
                if b"Connection: close" in answer or not framed:
                    return

    def _request(self, connection: socket.socket) -> bytes:
        heard = b""
        while b"\r\n\r\n" not in heard:
            try:
                piece = connection.recv(65_536)
            except OSError:
                return b""
            if not piece:
                return b""
            heard += piece
        head, _, body = heard.partition(b"\r\n\r\n")
        length = next(
            (
                int(line.split(b":")[1])
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-length")
            ),
            0,
        )
        while len(body) < length:
            body += connection.recv(65_536)
        return head + b"\r\n\r\n" + body

    def asked(self, path: str) -> list[bytes]:
        return [request for request in self.heard if path.encode() in request.split(b"\r\n")[0]]

    def close(self) -> None:
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


def answer(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> bytes:
    lines = [b"HTTP/1.1 " + status, b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


TOKEN_ANSWER = answer(TOKEN)


@contextmanager
def listening(answers: Callable[[bytes], bytes | None], wrap: Wrap | None = None) -> Iterator[Listener]:
    listener = Listener(answers, wrap)
    yield listener
    listener.close()


def client(url: str, **more: Any) -> dollr.Client:
    return new_client(client_id="id", client_secret="hush-secret", base_url=url, **more)

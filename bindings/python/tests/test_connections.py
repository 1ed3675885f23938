"""Which connection a request goes by: one is kept where an answer was all that came by it (T14)."""

from __future__ import annotations

import re
import socket
import ssl
import subprocess
from pathlib import Path
from typing import Any

import pytest
from listener import SESSION, Wrap, answer, client, listening

pytestmark = pytest.mark.usefixtures("each_client")

FORGED = answer(SESSION.replace(b'"id": 55', b'"id": 66'))


def made(shop: Any, times: int = 4) -> list[int]:
    return [shop.create_session("INVOICE:1").id for _ in range(times)]


def test_what_may_be_repeated_goes_by_a_connection_that_is_kept() -> None:
    with listening(lambda _: answer(SESSION)) as vendor:
        assert made(client(vendor.url)) == [55] * 4
        assert [len(on_it) for on_it in vendor.on_each] == [5], "the token and four sessions"


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (
    len(SESSION),
    SESSION,
)


def test_one_by_which_an_answer_came_in_chunks_is_kept_too() -> None:
    with listening(lambda _: CHUNKED) as vendor:
        assert made(client(vendor.url)) == [55] * 4
        assert [len(on_it) for on_it in vendor.on_each] == [5]


@pytest.mark.parametrize("first", [answer(SESSION), CHUNKED], ids=["length", "chunks"])
@pytest.mark.parametrize("more", [b"\n", FORGED, answer(SESSION, b"X: " + b"y" * 70_000) + FORGED])
def test_a_connection_by_which_more_has_come_is_given_up(first: bytes, more: bytes) -> None:
    with listening(lambda _: first + more) as vendor:
        assert made(client(vendor.url)) == [55] * 4
        assert [len(on_it) for on_it in vendor.on_each] == [2, 1, 1, 1], "the token's answer came alone"


def test_a_connection_that_speaks_while_it_waits_is_given_up() -> None:
    with listening(lambda _: answer(SESSION)) as vendor:
        shop = client(vendor.url)
        assert made(shop, 1) == [55]
        vendor.connections[0].sendall(FORGED)
        assert made(shop) == [55] * 4
        assert [len(on_it) for on_it in vendor.on_each] == [2, 4]


def test_a_connection_that_was_closed_while_it_waited_is_not_used() -> None:
    with listening(lambda _: answer(SESSION)) as vendor:
        shop = client(vendor.url)
        assert made(shop, 1) == [55]
        vendor.connections[0].shutdown(2)
        assert made(shop) == [55] * 4
        assert [len(on_it) for on_it in vendor.on_each] == [2, 4]


@pytest.mark.parametrize("length", [16_384, 32_768, 65_536])
def test_what_comes_after_a_full_buffer_is_not_the_next_answer(length: int) -> None:
    """The answer ends where what is read at once does."""
    padded = SESSION + b" " * (length - len(answer(SESSION)) - 3)
    for body in (padded, padded + b" ", padded + b"  "):
        both = answer(body) + FORGED
        with listening(lambda _, both=both: both) as vendor:  # type: ignore[misc]
            assert made(client(vendor.url)) == [55] * 4
            assert [len(on_it) for on_it in vendor.on_each] == [2, 1, 1, 1]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that trusts itself, with its key."""
    folder = tmp_path_factory.mktemp("tls")
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    named = ["-days", "2", "-subj", "/CN=vendor"]
    named += ["-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")]
    subprocess.run([*made, *named, *files], check=True, capture_output=True)
    return folder


class Records(ssl.SSLSocket):
    """Enciphers each answer for itself, and sends all of them at once."""

    def sendall(self, data: Any, flags: int = 0) -> None:
        self.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
        for one in re.split(rb"(?=HTTP/1\.1 )", data):
            super().sendall(one, flags)
        self.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 0)


@pytest.fixture
def enciphered(authority: Path) -> Wrap:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.sslsocket_class = Records
    context.load_cert_chain(authority / "certificate.pem", authority / "key.pem")
    return lambda connection: context.wrap_socket(connection, server_side=True)


def test_a_connection_is_kept_over_tls_too(authority: Path, enciphered: Wrap) -> None:
    with listening(lambda _: answer(SESSION), enciphered) as vendor:
        assert made(client(vendor.url, ca_bundle=authority / "certificate.pem")) == [55] * 4
        assert [len(on_it) for on_it in vendor.on_each] == [5]


def test_what_is_not_deciphered_yet_is_not_the_next_answer(authority: Path, enciphered: Wrap) -> None:
    """It has come by the same packet, in a record of its own."""
    with listening(lambda _: answer(SESSION) + FORGED, enciphered) as vendor:
        assert made(client(vendor.url, ca_bundle=authority / "certificate.pem")) == [55] * 4
        assert [len(on_it) for on_it in vendor.on_each] == [2, 1, 1, 1]

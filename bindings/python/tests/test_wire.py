"""What is sent and taken on the wire, by each kind of client: nothing is followed, repeated, remembered or unpacked."""

from __future__ import annotations

import gzip
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import dollr
import pytest
from conftest import REFERENCE, intent, new_client, told

pytestmark = pytest.mark.usefixtures("each_client")

TOKEN = b'{"access_token": "hush-token", "expires_in": 60}'
SESSION = (
    b'{"id": 55, "source_id": 1, "source_type": "INVOICE", "status": "ACTIVE", "payment_account_id": null}'
)


class Listener:
    """A vendor made of bytes: each request is kept as it came, and answered as it was told."""

    def __init__(self, answers: Callable[[bytes], bytes | None]) -> None:
        self.answers, self.heard, self.on_each = answers, list[bytes](), list[list[bytes]]()
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
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
                if b"Connection: close" in answer or b"Content-Length" not in answer:
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
def listening(answers: Callable[[bytes], bytes | None]) -> Iterator[Listener]:
    listener = Listener(answers)
    yield listener
    listener.close()


def client(url: str, **more: Any) -> dollr.Client:
    return new_client(client_id="id", client_secret="hush-secret", base_url=url, **more)


def test_a_redirect_is_an_answer_and_its_target_hears_nothing() -> None:
    """T4, F11."""
    with listening(lambda _: answer(SESSION)) as elsewhere:
        location = b"Location: " + elsewhere.url.encode() + b"/v1/sessions/checkout"
        for status in (b"301 Moved", b"302 Found", b"307 Temporary Redirect", b"308 Permanent Redirect"):
            with listening(lambda _, s=status: answer(b"", location, status=s)) as vendor:  # type: ignore[misc]
                with pytest.raises(dollr.DollrError) as raised:
                    client(vendor.url).create_session("INVOICE:1")
                assert "hush" not in str(raised.value)
        assert elsewhere.heard == []
        assert elsewhere.on_each == []


def test_a_cookie_is_not_sent_back() -> None:
    with listening(lambda _: answer(SESSION, b"Set-Cookie: session=7; Path=/")) as vendor:
        shop = client(vendor.url)
        shop.create_session("INVOICE:1")
        shop.create_session("INVOICE:1")
        assert len(vendor.asked("/v1/sessions/checkout")) == 2
        assert not any(b"cookie:" in request.lower() for request in vendor.heard)


def test_the_environments_proxy_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """T21."""
    with listening(lambda _: answer(SESSION)) as vendor, listening(lambda _: answer(SESSION)) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        assert client(vendor.url).create_session("INVOICE:1").id == 55
        assert proxy.on_each == []
        # One that is asked for is; this one may not know how.
        with suppress(dollr.DollrError):
            client(vendor.url, proxy=proxy.url).create_session("INVOICE:1")
        assert proxy.on_each


def test_what_is_sent_says_who_asks_and_wants_nothing_packed() -> None:
    with listening(lambda _: answer(SESSION)) as vendor:
        client(vendor.url, user_agent="shop/1").create_session("INVOICE:1")
        head = vendor.asked("/v1/sessions/checkout")[0].split(b"\r\n\r\n")[0].lower().split(b"\r\n")
        for line in (
            b"user-agent: shop/1",
            b"accept-encoding: identity",
            b"authorization: bearer hush-token",
        ):
            assert line in head
        assert (
            sum(
                line.startswith((b"user-agent", b"accept-encoding", b"host", b"content-length"))
                for line in head
            )
            == 4
        )
        token = vendor.asked("/v1/jwt/client/obtain/token")[0]
        assert b"authorization" not in token.lower()


def test_a_packed_body_is_not_unpacked() -> None:
    """F10: what is not readable as it is, is no answer. A bomb stays small."""
    packed = gzip.compress(SESSION)
    answers = answer(packed, b"Content-Encoding: gzip")
    with listening(lambda _: answers) as vendor, pytest.raises(dollr.BadAnswerError):
        client(vendor.url).create_session("INVOICE:1")


LARGE_BODY = answer(SESSION + b" " * 3_000_000)
ENDLESS_BODY = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n" + b" " * 3_000_000
ENDLESS_HEAD = b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500_000


@pytest.mark.parametrize("endless", [LARGE_BODY, ENDLESS_BODY, ENDLESS_HEAD], ids=["large", "body", "head"])
def test_an_answer_without_end_is_given_up(endless: bytes) -> None:
    """T8."""
    with listening(lambda _: endless) as vendor:
        with pytest.raises(dollr.TransportError) as raised:
            client(vendor.url, read_timeout=10).create_session("INVOICE:1")
        assert raised.value.outcome_unknown


@pytest.mark.parametrize("cut", [b"HTTP/1.1 200", answer(SESSION)[:-7]], ids=["head", "body"])
def test_an_answer_that_is_cut_is_no_answer(cut: bytes) -> None:
    """F6."""
    with listening(
        lambda _: cut.replace(b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nConnection: close\r\n")
    ) as vendor:
        with pytest.raises(dollr.TransportError) as raised:
            client(vendor.url).create_session("INVOICE:1")
        assert raised.value.outcome_unknown


def test_a_post_whose_connection_is_reset_is_sent_once(tmp_path: Any) -> None:
    """T1, T2, F2: also where connections were kept before it."""
    with listening(
        lambda request: None if request.startswith(b"POST") else answer(told("COMPLETED"))
    ) as vendor:
        shop = client(vendor.url, journal=tmp_path / "payments.db")
        report = shop.execute(intent(), patience=10)
        assert isinstance(report.verdict, dollr.Paid)
        assert len(vendor.asked("/v1/executions/collection")) == 1
        assert REFERENCE.encode() in vendor.asked("/v1/executions/collection")[0]


def test_what_moves_money_has_a_connection_of_its_own(tmp_path: Any) -> None:
    """T1."""

    def answers(request: bytes) -> bytes:
        return answer(told("COMPLETED") if b"/executions/" in request or b"/status/" in request else SESSION)

    with listening(answers) as vendor:
        shop = client(vendor.url, journal=tmp_path / "payments.db")
        for _ in range(2):
            shop.create_session("INVOICE:1")
            assert shop.execute(intent(dollr.new_reference_id()), patience=0).execute_calls == 1
        moving = [on_it for on_it in vendor.on_each if any(b"/executions/" in request for request in on_it)]
        assert [len(on_it) for on_it in moving] == [1, 1]


def test_what_follows_an_answer_is_not_the_next_one() -> None:
    """T14: it came by the same piece of the wire, and is well-formed."""
    forged = answer(SESSION.replace(b'"id": 55', b'"id": 66'))
    with listening(lambda _: answer(SESSION) + forged) as vendor:
        shop = client(vendor.url)
        assert [shop.create_session("INVOICE:1").id for _ in range(4)] == [55] * 4


def test_a_token_that_would_begin_a_header_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """T6."""
    token = b'{"access_token": "hush\\r\\nX-Other: y", "expires_in": 60}'
    monkeypatch.setattr(sys.modules[__name__], "TOKEN_ANSWER", answer(token))
    with listening(lambda _: answer(SESSION)) as vendor:
        with pytest.raises(dollr.TransportError):
            client(vendor.url).create_session("INVOICE:1")
        assert not any(b"X-Other" in request for request in vendor.heard)


def test_what_no_connection_was_had_for_was_surely_not_sent() -> None:
    """F1, F21."""
    with listening(lambda _: answer(SESSION, b"Connection: close")) as vendor:
        shop = client(vendor.url)
        shop.create_session("INVOICE:1")
    with pytest.raises(dollr.TransportError) as raised:
        shop.create_session("INVOICE:1")
    assert not raised.value.outcome_unknown


def test_a_token_that_the_vendor_does_not_take_any_more_is_renewed_once() -> None:
    """F22."""
    answers = iter([answer(b"{}", status=b"401 Unauthorized"), answer(SESSION)])
    with listening(lambda _: next(answers)) as vendor:
        assert client(vendor.url).create_session("INVOICE:1").id == 55
        assert len(vendor.asked("obtain/token")) == 2

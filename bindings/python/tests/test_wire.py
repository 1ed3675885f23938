"""What is sent and taken on the wire, by each kind of client: nothing is followed, repeated, remembered or unpacked."""

from __future__ import annotations

import gzip
from contextlib import suppress
from typing import Any

import dollr
import listener
import pytest
from conftest import REFERENCE, intent, told
from listener import SESSION, answer, client, listening

pytestmark = pytest.mark.usefixtures("each_client")


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
    monkeypatch.setattr(listener, "TOKEN_ANSWER", answer(token))
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

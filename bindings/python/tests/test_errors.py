"""Every exception, with its fields."""

from __future__ import annotations

import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import dollr
import pytest
from conftest import REFERENCE, Simulator, intent, new_client
from test_client import client, collect

pytestmark = pytest.mark.usefixtures("each_client")


@contextmanager
def vendor(answer: bytes) -> Iterator[str]:
    """A vendor that gives a token, and then the same answer to everything."""
    token = b'{"access_token": "t", "expires_in": 60}'
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                asked = connection.recv(65_536)
                if b"obtain/token" in asked:
                    head = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(token)
                    connection.sendall(head + token)
                else:
                    connection.sendall(answer)

    threading.Thread(target=serve, daemon=True).start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def answered(status: str, body: bytes = b"", headers: bytes = b"") -> bytes:
    return b"HTTP/1.1 %s\r\nConnection: close\r\n%sContent-Length: %d\r\n\r\n%s" % (
        status.encode(), headers, len(body), body,
    )  # fmt: skip


def bare(url: str, **more: Any) -> dollr.Client:
    return new_client(client_id="id", client_secret="hush-hush", base_url=url, **more)


def test_each_answer_has_its_exception() -> None:
    problem = b'{"detail": [{"loc": ["body", "source_id"], "msg": "unknown"}]}'
    with vendor(answered("422 No", problem)) as url:
        with pytest.raises(dollr.RefusedError) as refused:
            bare(url).create_session("INVOICE:1")
        assert (refused.value.http_status, refused.value.outcome_unknown) == (422, False)
        assert refused.value.errors == (dollr.Problem("body.source_id", "unknown"),)
    with vendor(answered("429 Slow", headers=b"Retry-After: 7\r\n")) as url:
        with pytest.raises(dollr.RateLimitedError) as limited:
            bare(url).create_session("INVOICE:1")
        assert (limited.value.http_status, limited.value.retry_after) == (429, 7.0)
    with vendor(answered("401 Who")) as url, pytest.raises(dollr.AuthenticationError):
        bare(url).create_session("INVOICE:1")
    with vendor(answered("200 OK", b"<html>")) as url, pytest.raises(dollr.BadAnswerError):
        bare(url).create_session("INVOICE:1")
    for unusable in (answered("502 Bad"), b""):
        with vendor(unusable) as url:
            with pytest.raises(dollr.TransportError) as lost:
                bare(url).create_session("INVOICE:1")
            assert lost.value.outcome_unknown


def test_a_vendor_that_is_not_there_is_a_transport_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(dollr.TransportError) as raised:
        bare(f"http://127.0.0.1:{port}").create_session("INVOICE:1")
    assert not raised.value.outcome_unknown


def test_wrong_credentials_are_said_before_anything_is_recorded(sim: Simulator, tmp_path: Path) -> None:
    journal = dollr.Journal(tmp_path / "payments.db")
    shop = bare(sim.url, journal=journal)
    with pytest.raises(dollr.AuthenticationError) as raised:
        shop.execute(intent())
    assert raised.value.http_status in (400, 401, 422)
    assert "hush" not in str(raised.value)
    assert journal.entries() == []


def test_an_order_has_one_attempt_at_a_time_and_a_reference_id_one_for_ever(
    sim: Simulator, tmp_path: Path
) -> None:
    shop = client(sim, tmp_path)
    first = collect(shop, order="A-1", reference_id=REFERENCE)
    with pytest.raises(dollr.OrderTakenError) as taken:
        collect(shop, order="A-1")
    assert taken.value.reference_id == first.key
    with pytest.raises(dollr.ExistsError) as exists:
        collect(shop, reference_id=REFERENCE)
    assert exists.value.reference_id == REFERENCE
    again = collect(shop, order="A-1", despite="the customer asked for two")
    assert isinstance(again.verdict, dollr.Paid)


def test_what_is_not_on_record_is_a_lookup_error(sim: Simulator, tmp_path: Path) -> None:
    shop = client(sim, tmp_path)
    calls: list[Callable[[], object]] = [
        lambda: shop.wait(REFERENCE), lambda: shop.status(REFERENCE), lambda: shop.claim_fulfilment(REFERENCE),
    ]  # fmt: skip
    for call in calls:
        with pytest.raises(dollr.UnrecordedError) as raised:
            call()
        assert isinstance(raised.value, LookupError)
        assert raised.value.reference_id == REFERENCE


def test_what_no_customer_has_paid_has_no_goods(sim: Simulator, tmp_path: Path) -> None:
    shop = client(sim, tmp_path)
    session = shop.create_session("INVOICE:101")
    passcode = dollr.Passcode("hush-1", phone="231770000001")
    intents = [
        dollr.Intent.payout(dollr.new_reference_id(), session, "1000", passcode, amount="250.00"),
        dollr.Intent.transfer(dollr.new_reference_id(), session),
        dollr.Intent.refund(dollr.new_reference_id(), session),
    ]
    for made in intents:
        report = shop.execute(made, patience=0)
        with pytest.raises(dollr.InvalidError, match="has no goods") as raised:
            shop.claim_fulfilment(report.key)
        assert report.key in str(raised.value)


def test_a_payment_whose_record_was_changed_is_not_gone_on_with(sim: Simulator, tmp_path: Path) -> None:
    """T29, in the journal."""
    shop = client(sim, tmp_path)
    report = collect(shop, "3000", patience=0)
    with closing(sqlite3.connect(tmp_path / "payments.db", isolation_level=None)) as journal:
        journal.execute("UPDATE dollr_entries SET snapshot = replace(snapshot, '250.00', '2.50')")
    calls: list[Callable[[], object]] = [
        lambda: shop.wait(report.key), lambda: shop.status(report.key), lambda: shop.claim_fulfilment(report.key),
    ]  # fmt: skip
    for call in calls:
        with pytest.raises(dollr.SnapshotError, match="changed since") as raised:
            call()
        assert isinstance(raised.value, ValueError)
        assert raised.value.reference_id == report.key


def test_a_journal_that_cannot_be_used_is_a_journal_error(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("this is no database " * 100)
    for place in (tmp_path / "text", tmp_path / "absent" / "payments.db", tmp_path):
        with pytest.raises(dollr.JournalError):
            dollr.Journal(place)
    with pytest.raises(dollr.ConfigError):
        dollr.Journal("mysql://somewhere")
    with pytest.raises(TypeError):
        dollr.Journal(7)  # type: ignore[arg-type]
    with pytest.raises(dollr.JournalError) as lost:
        dollr.Journal("postgres://merchant:hush-hush@127.0.0.1:1/shop")
    assert "hush" not in str(lost.value)


WRONG: list[tuple[type[Exception], dict[str, Any]]] = [
    (dollr.ConfigError, {}),
    (TypeError, {"client_id": "id"}),
    (dollr.ConfigError, {"client_id": "", "client_secret": "s"}),
    (dollr.ConfigError, {"base_url": "http://example.com"}),
    (dollr.ConfigError, {"base_url": "nonsense"}),
    (dollr.ConfigError, {"user_agent": "a\nb"}),
    (dollr.ConfigError, {"ca_bundle": "/nowhere.pem"}),
    (TypeError, {"surprise": 1}),
    (TypeError, {"journal": 7}),
    (TypeError, {"policy": 7}),
    (TypeError, {"realtime_url": "https://example.com"}),
    (ValueError, {"rate": (0, 1)}),
    (TypeError, {"rate": "20/s"}),
    (ValueError, {"read_timeout": -1}),
]


@pytest.mark.parametrize(("expected", "settings"), WRONG, ids=[str(n) for n in range(len(WRONG))])
def test_a_wrong_setting_is_named(
    expected: type[Exception], settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DOLLR_CLIENT_ID", "DOLLR_CLIENT_SECRET", "SUPABASE_URL", "SUPABASE_ANON_KEY"):
        monkeypatch.delenv(name, raising=False)
    if settings and "client_id" not in settings:
        settings = {"client_id": "id", "client_secret": "hush-hush", **settings}
    with pytest.raises(expected) as raised:
        new_client(**settings)
    assert "hush" not in str(raised.value)


def test_money_moves_only_with_a_journal(sim: Simulator) -> None:
    with pytest.raises(dollr.ConfigError, match="journal"):
        bare(sim.url).execute(intent())


def test_bad_arguments_of_calls_are_ordinary_exceptions(sim: Simulator, tmp_path: Path) -> None:
    shop = client(sim, tmp_path)
    calls: list[tuple[type[Exception], Callable[[], object]]] = [
        (dollr.InvalidError, lambda: shop.create_session("INVOICE")),
        (dollr.InvalidError, lambda: shop.wait("x")),
        (TypeError, lambda: shop.wait(REFERENCE, patience="1m")),  # type: ignore[arg-type]
        (TypeError, lambda: shop.collect(session=1, account="1", currency="USD", amount=1.5)),  # type: ignore[arg-type]
        (dollr.InvalidError, lambda: shop.collect(session="one", account="1", currency="USD")),
        (dollr.InvalidError, lambda: shop.create_checkout(phone="+231", currency="USD", items=[("a", 1)])),
        (ValueError, lambda: shop.create_checkout(phone="231770000001", currency="USD", items=[])),
        (dollr.InvalidError, lambda: shop.watch(REFERENCE, "BILL")),  # type: ignore[arg-type]
        (dollr.ConfigError, lambda: shop.execute(intent(), realtime="INVOICE")),
    ]
    for expected, call in calls:
        with pytest.raises(expected):
            call()
    assert sim.charges() == []


def test_all_are_dollr_errors_and_ordinary_exceptions() -> None:
    names = [name for name in dir(dollr) if name.endswith("Error")]
    assert len(names) == 16
    for name in names:
        assert issubclass(getattr(dollr, name), dollr.DollrError)
        assert issubclass(getattr(dollr, name), Exception)


def test_a_slow_vendor_is_given_up_after_the_time_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        began = time.monotonic()
        with pytest.raises(dollr.TransportError):
            bare(url, read_timeout=0.3, total_timeout=0.5).create_session("INVOICE:1")
        assert time.monotonic() - began < 5


def test_a_time_out_that_no_clock_has_is_refused(sim: Simulator) -> None:
    for setting in ("connect_timeout", "read_timeout", "total_timeout"):
        settings: dict[str, Any] = {**sim.credentials, setting: 1e19}
        with pytest.raises(dollr.ConfigError, match="is over an hour"):
            dollr.Client(base_url=sim.url, **settings)

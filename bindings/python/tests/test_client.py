"""Levels 1 and 3: the client, blocking and for asyncio, against the simulated vendor."""

from __future__ import annotations

import logging
import os
import threading
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import dollr
import pytest
from conftest import REFERENCE, Simulator, new_client

pytestmark = pytest.mark.usefixtures("each_client")


def client(sim: Simulator, folder: Path, **more: Any) -> dollr.Client:
    settings: dict[str, Any] = {
        "base_url": sim.url,
        "journal": folder / "payments.db",
        **sim.credentials,
        **more,
    }
    return new_client(**settings)


def collect(shop: dollr.Client, account: str = "1000", **more: Any) -> dollr.Report:
    """Collects for an invoice of its own."""
    checkout = shop.create_checkout(phone="231770000001", currency="USD", items=[("Shoes", "250.00")])
    session = shop.create_session(checkout.source)
    return shop.collect(session=session, account=account, currency="USD", amount="250.00", **more)


def test_a_collection_is_paid_and_its_goods_are_claimed_once(sim: Simulator, tmp_path: Path) -> None:
    shop = client(sim, tmp_path)
    report = collect(shop, order="A-1")
    assert isinstance(report.verdict, dollr.Paid)
    assert report.verdict.settlement.amount == Decimal("250.00")
    assert (report.state, report.execute_calls, report.conflict) == ("Completed", 1, None)
    assert len(sim.charges()) == 1

    assert isinstance(shop.claim_fulfilment(report.key), dollr.Claimed)
    assert isinstance(shop.claim_fulfilment(report.key), dollr.AlreadyClaimed)
    other = client(sim, tmp_path)
    claimed = other.claim_fulfilment(report.key)
    assert isinstance(claimed, dollr.AlreadyClaimed)
    assert claimed.key == report.key
    assert claimed.at is not None
    assert claimed.at.tzinfo is not None
    assert other.release(report.key)
    assert isinstance(other.claim_fulfilment(report.key), dollr.Claimed)
    assert other.fulfilled(report.key)
    assert not other.fulfilled(report.key)

    journal = dollr.Journal(tmp_path / "payments.db")
    (entry,) = journal.entries()
    assert (entry.key, entry.order, entry.open) == (report.key, "A-1", False)
    assert dollr.Execution.restore(entry.snapshot).is_paid
    assert journal.entries(open=True) == []
    assert journal.load("nothing") is None


def test_a_decline_is_a_verdict_and_the_order_is_free_again(sim: Simulator, tmp_path: Path) -> None:
    shop = client(sim, tmp_path)
    assert isinstance(collect(shop, "2000", order="A-1").verdict, dollr.Failed)
    assert isinstance(collect(shop, "1000", order="A-1").verdict, dollr.Paid)


def test_patience_that_is_over_hands_over_and_another_client_goes_on(sim: Simulator, tmp_path: Path) -> None:
    report = collect(client(sim, tmp_path), "1001", patience=0.2)
    assert isinstance(report.verdict, dollr.Open)
    other = client(sim, tmp_path)
    assert isinstance(other.claim_fulfilment(report.key), dollr.NotPaid)
    assert isinstance(other.wait(report.key, patience=30).verdict, dollr.Paid)
    assert isinstance(other.status(report.key).verdict, dollr.Paid)
    assert len(sim.charges()) == 1


def test_i2_what_was_paid_twice_is_listed_until_it_is_resolved(sim: Simulator, tmp_path: Path) -> None:
    shop = client(sim, tmp_path)
    first = collect(shop, order="A-1")
    second = collect(shop, order="A-1", despite="a test")
    summary = shop.reconcile()
    assert summary.duplicates == (second.key,)
    assert summary.needs_a_person
    assert not shop.resolve(first.key, "its money was returned")
    assert shop.resolve(second.key, "its money was returned")
    assert not shop.resolve(second.key, "its money was returned")
    summary = shop.reconcile()
    assert summary.duplicates == ()
    assert not summary.needs_a_person


def test_i2_who_pays_by_phone_and_on_the_page_of_another_invoice_is_told_of(
    sim: Simulator, tmp_path: Path
) -> None:
    shop = client(sim, tmp_path)
    sources = [
        shop.create_checkout(phone="231770000001", currency="USD", items=[("Shoes", "250.00")]).source
        for _ in range(3)
    ]
    phone, intended, page = sources
    session = shop.create_session(phone)
    assert (session.source, dollr.Session(session.id, phone, None).id) == (phone, session.id)
    pay: dict[str, Any] = {"account": "1000", "currency": "USD", "amount": "250.00"}
    shop.collect(session=session.id, source=phone, order="A-1", **pay)
    intent = dollr.Intent.collection(
        dollr.new_reference_id(), shop.create_session(intended), "1000", "USD", amount="250.00"
    )
    shop.execute(intent, order="A-2")
    shop.collect(session=shop.create_session(page), **pay)
    for order, source in (("A-1", phone), ("A-2", intended), ("A-1", page)):
        report = shop.verify_source(source, currency="USD", total="250.00", order=order)
        assert isinstance(report.verdict, dollr.Paid)
    assert shop.reconcile().duplicates == (page,)
    with pytest.raises(dollr.InvalidError, match="source"):
        shop.collect(session=session.id, source="A-1", **pay)


def test_reconcile_picks_up_what_was_left_open(sim: Simulator, tmp_path: Path) -> None:
    shop = client(sim, tmp_path)
    report = collect(shop, "1001", patience=0)
    sim.control("/_sim/clock", {"advance_ms": 5_000})
    summary = shop.reconcile(workers=2, rate=(100, 1))
    for _ in range(100):
        if report.key in summary.paid:
            break
        time.sleep(0.1)
        summary = shop.reconcile()
    assert summary.paid == (report.key,)
    assert (summary.asked, summary.verdicts, summary.backlog) == (1, {"paid": 1}, (0, 0))
    assert not summary.needs_a_person
    delivery = shop.next_paid(term=60)
    assert delivery is not None
    assert (delivery.key, delivery.order) == (report.key, None)
    assert shop.next_paid(term=60) is None


def test_a_hosted_checkout_is_verified_against_the_order(sim: Simulator, tmp_path: Path) -> None:
    shop = client(sim, tmp_path)
    checkout = shop.create_checkout(
        phone="231770000001",
        currency="USD",
        items=[("Shoes", Decimal("60.00")), ("Socks", "5.50")],
        note="a gift",
    )
    assert checkout.url.startswith("http")
    assert checkout.total == Decimal("65.50")
    before = shop.verify_source(checkout.source, currency="USD", total="65.50")
    assert isinstance(before.verdict, dollr.Open)
    sim.approve(checkout.url)
    after = shop.verify_source(checkout.source, currency="USD", total="65.50", patience=30)
    assert isinstance(after.verdict, dollr.Paid)
    wrong = client(sim, tmp_path).verify_source(checkout.source, currency="USD", total="1.00")
    assert isinstance(wrong.verdict, dollr.Mismatch)


def test_what_is_verified_for_its_order_is_that_orders(sim: Simulator, tmp_path: Path) -> None:
    """T3, T17, T32: one order, one payment, its goods once."""
    shop = client(sim, tmp_path)
    checkout = shop.create_checkout(phone="231770009004", currency="USD", items=[("Shoes", 60)])
    report = shop.verify_source(checkout.source, currency="USD", total=60, order="A-1", patience=30)
    assert isinstance(report.verdict, dollr.Paid)
    with pytest.raises(dollr.OrderTakenError) as taken:
        shop.verify_source(checkout.source, currency="USD", total=60, order="B-2")
    assert taken.value.reference_id == checkout.source
    with pytest.raises(dollr.OrderTakenError) as taken:
        collect(shop, "1000", order="A-1")
    assert taken.value.reference_id == checkout.source
    delivery = shop.next_paid(term=60)
    assert delivery is not None
    assert (delivery.key, delivery.order) == (checkout.source, "A-1")


def test_a_payment_is_seen_at_once_over_its_channel(sim: Simulator, tmp_path: Path) -> None:
    shop = client(sim, tmp_path, **sim.realtime)
    report = collect(shop, "1001", realtime="INVOICE")
    assert isinstance(report.verdict, dollr.Paid)
    assert isinstance(shop.watch(report.key, "INVOICE", patience=5).verdict, dollr.Paid)
    session = shop.create_session("INVOICE:101")
    open_report = shop.collect(session=session, account="3000", currency="USD", amount=250, patience=0)
    key = shop.realtime_key(session, "INVOICE", open_report.key)
    assert key.expires_in > 0
    assert key.access_token not in repr(key)


def test_a_payout_transfer_and_refund_are_executed_by_their_intents(sim: Simulator, tmp_path: Path) -> None:
    shop = client(sim, tmp_path)
    session = shop.create_session("INVOICE:101")
    passcode = dollr.Passcode("1234", phone="231770000001", device_name="till 3", client_ip="10.0.0.1")
    payout = dollr.Intent.payout(dollr.new_reference_id(), session.id, "1000", passcode, amount="250.00")
    assert shop.execute(payout, patience=20).verdict != dollr.NotLanded()
    for make in (dollr.Intent.transfer, dollr.Intent.refund):
        report = shop.execute(make(shop.new_reference_id(), session.id), patience=20)
        assert isinstance(report.verdict, dollr.Verdict)


def test_a_3d_secure_secret_is_given_to_show(sim: Simulator, tmp_path: Path) -> None:
    shown: list[tuple[str, str]] = []
    shop = client(sim, tmp_path, show=lambda key, secret: shown.append((key, secret)))
    report = collect(shop, "4000", patience=0.5)
    assert [key for key, _ in shown] == [report.key]
    assert shown[0][1]


def test_an_exception_in_show_comes_through_and_the_payment_is_on_record(
    sim: Simulator, tmp_path: Path
) -> None:
    def show(key: str, _secret: str) -> None:
        raise KeyError(key)

    shop = client(sim, tmp_path, show=show)
    with pytest.raises(KeyError):
        collect(shop, "4000", reference_id=REFERENCE, patience=5)
    assert dollr.Journal(tmp_path / "payments.db").load(REFERENCE) is not None


def test_settings_come_from_the_environment(
    sim: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOLLR_BASE_URL", sim.url)
    monkeypatch.setenv("DOLLR_CLIENT_ID", sim.credentials["client_id"])
    monkeypatch.setenv("DOLLR_CLIENT_SECRET", sim.credentials["client_secret"])
    shop = dollr.Client(journal=tmp_path / "payments.db", name="till", user_agent="shop/1", read_timeout=5)
    assert isinstance(collect(shop).verdict, dollr.Paid)


def test_others_run_while_a_call_waits(sim: Simulator, tmp_path: Path) -> None:
    shop = client(sim, tmp_path)
    report = collect(shop, "3000", patience=0)
    turns = 0
    waiting = threading.Thread(target=lambda: shop.wait(report.key, patience=1.0))
    waiting.start()
    while waiting.is_alive():
        turns += 1
        time.sleep(0.001)
    waiting.join()
    # A call that held the GIL for its second would leave none of these turns.
    assert turns > 100


def test_one_client_serves_eight_threads(sim: Simulator, tmp_path: Path) -> None:
    shop, reports = client(sim, tmp_path), []
    threads = [threading.Thread(target=lambda: reports.append(collect(shop))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({report.key for report in reports}) == 8
    assert all(isinstance(report.verdict, dollr.Paid) for report in reports)
    assert len(sim.charges()) == 8


def test_logs_go_to_the_logger_dollr_without_secrets(
    sim: Simulator, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="dollr")
    report = collect(client(sim, tmp_path))
    lines = [record for record in caplog.records if record.name == "dollr"]
    assert any(report.key in record.getMessage() and record.levelno == logging.INFO for record in lines)
    assert any("/v1/executions/collection" in record.getMessage() for record in lines)
    text = caplog.text
    assert sim.credentials["client_secret"] not in text
    assert "Bearer" not in text
    caplog.clear()
    caplog.set_level(logging.ERROR, logger="dollr")
    collect(client(sim, tmp_path))
    assert [record for record in caplog.records if record.name == "dollr"] == []


def test_a_client_says_where_it_is_connected_to_and_no_secret(sim: Simulator, tmp_path: Path) -> None:
    text = repr(client(sim, tmp_path)) + repr(dollr.Journal(tmp_path / "other.db"))
    assert sim.url in text
    assert sim.credentials["client_secret"] not in text


def test_a_journal_in_postgresql_is_named_by_its_url(sim: Simulator, tmp_path: Path) -> None:
    url = os.environ.get("DOLLR_TEST_POSTGRES")
    if url is None:
        pytest.skip("tests/run names a server in DOLLR_TEST_POSTGRES")
    shop = client(sim, tmp_path, journal=dollr.Journal(url))
    report = collect(shop)
    assert isinstance(report.verdict, dollr.Paid)
    entry = dollr.Journal(url).load(report.key)
    assert entry is not None
    assert entry.state == "Completed"

"""What each object says of itself: its repr and its fields, word for word."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import dollr
import dollr.aio
import pytest
from conftest import REFERENCE, START, Simulator, intent, told
from dollr import _dollr
from test_engine import asked, opened, sent

LATER = "2025-06-15T15:06:41Z"
"""A second after the start."""


def passcode() -> dollr.Passcode:
    return dollr.Passcode("hush-1", phone="231770000001")


def joined() -> tuple[dollr.Channel, list[Any]]:
    """A channel that has been let in, and the frame that it asked for that with."""
    channel = dollr.Channel.watch(55, "INVOICE", REFERENCE, START)
    key = channel.next(START)
    assert isinstance(key, dollr.MintKey)
    channel.apply_answer(key.request, 200, b'{"access_token": "hush-2", "expires_in": 600}', START)
    channel.apply_connected(START)
    join = channel.next(START)
    assert isinstance(join, dollr.Push)
    channel.apply_sent(join, START)
    frame = json.loads(join.text)
    binding = {**frame[4]["config"]["postgres_changes"][0], "id": 7}
    taken = {"status": "ok", "response": {"postgres_changes": [binding]}}
    channel.apply_text(json.dumps([frame[0], frame[0], frame[2], "phx_reply", taken]), START)
    return channel, frame


def live() -> dollr.Channel:
    channel, frame = joined()
    subscribed = {"extension": "postgres_changes", "status": "ok", "message": "Subscribed to PostgreSQL"}
    channel.apply_text(json.dumps([frame[0], None, frame[2], "system", subscribed]), START)
    return channel


def test_a_record_says_how_long_its_snapshot_is_and_not_what_is_in_it() -> None:
    payment = dollr.Execution.prepare(intent(), START)
    record = payment.next(START)
    assert isinstance(record, dollr.Record)
    assert repr(record) == f"<Record a snapshot of {len(record.snapshot.encode())} bytes>"


def test_what_is_to_be_sent_says_where_to() -> None:
    payment, request = sent()
    assert repr(payment.next(START)) == "<Send POST /v1/executions/collection>"
    assert repr(request) == "<Request POST /v1/executions/collection>"
    question = opened().ask()
    assert repr(question) == f"<Request GET /v1/status/collection/{REFERENCE}>"


def test_a_wait_says_until_when_and_for_what() -> None:
    payment = dollr.Execution.prepare(intent(), START, dollr.Policy(patience=1))
    payment.apply_recorded(START)
    send = payment.next(START)
    assert isinstance(send, dollr.Send)
    payment.apply_answer(send.request, 200, told("PENDING"), START)
    wait = payment.next(START)
    assert isinstance(wait, dollr.Wait)
    assert (wait.until, wait.why) == (START + 1_000, "until the next question is due")
    assert repr(wait) == f"<Wait until {LATER} until the next question is due>"


@pytest.mark.parametrize(
    ("status", "headers", "why"),
    [
        (None, {}, "after a call that failed"),
        (503, {}, "after a call that failed"),
        (429, {"Retry-After": "7"}, "because the vendor asked for patience"),
    ],
)
def test_a_wait_says_why_there_is_no_call_now(status: int | None, headers: dict[str, str], why: str) -> None:
    payment, request = sent()
    if status is None:
        payment.apply_lost(request, START)
    else:
        payment.apply_answer(request, status, b"", START, headers)
    wait = payment.next(START)
    assert isinstance(wait, dollr.Wait)
    assert wait.why == why


def test_what_else_there_is_to_do_says_what_it_is() -> None:
    card, request = sent()
    body = told("PENDING")[:-1] + b', "requires_action": true, "client_secret": "hush-3"}'
    card.apply_answer(request, 200, body, START)
    assert repr(card.next(START)) == "<Act client_secret=***>"
    failed = opened()
    asked(failed, told("FAILED"), START)
    assert repr(failed.next(START)) == "<Done Failed(reason=None)>"


def test_a_machine_says_which_payment_it_is_and_how_it_stands() -> None:
    assert repr(dollr.Execution.prepare(intent(), START)) == f"<Execution {REFERENCE} Prepared>"
    assert repr(opened()) == f"<Execution {REFERENCE} Open>"
    assert repr(dollr.Source.watch("INVOICE:101", "USD", 1, START)) == "<Source INVOICE:101 Watching>"


def test_an_intent_says_what_is_to_be_moved_by_which_id() -> None:
    intents = {
        "COLLECTION": intent(),
        "PAYOUT": dollr.Intent.payout(REFERENCE, 55, "18", passcode()),
        "TRANSFER": dollr.Intent.transfer(REFERENCE, 55),
        "REFUND": dollr.Intent.refund(REFERENCE, 55),
    }
    for operation, it in intents.items():
        assert (it.operation, it.reference_id) == (operation, REFERENCE)
        assert repr(it) == f"<Intent {operation} {REFERENCE}>"


def test_a_passcode_says_nothing() -> None:
    assert repr(passcode()) == "<Passcode ***>"


def test_a_policy_says_how_patient_it_is() -> None:
    usual = dollr.Policy()
    assert (usual.patience, usual.horizon) == (300.0, 259_200.0)
    assert repr(usual) == "<Policy patience=300s horizon=259200s>"
    own = dollr.Policy(patience=1.5, horizon=90)
    assert (own.patience, own.horizon) == (1.5, 90.0)
    assert repr(own) == "<Policy patience=1.5s horizon=90s>"


def test_a_token_says_whose_it_is_and_no_secret() -> None:
    token = dollr.Token("merchant", "hush-4")
    assert repr(token) == "<Token Absent of client id merchant (secret ***)>"
    obtain = token.next(START)
    assert isinstance(obtain, dollr.Obtain)
    token.apply_answer(obtain.request, 200, b'{"access_token": "hush-5", "expires_in": 60}', START)
    assert repr(token) == "<Token Fresh of client id merchant (secret ***)>"
    assert repr(token.next(START)) == "<Use bearer=*** number 1>"


def test_a_channel_says_how_far_it_is() -> None:
    channel = dollr.Channel.watch(55, "INVOICE", REFERENCE, START)
    assert (channel.state, repr(channel)) == ("Offline", "<Channel Offline>")
    key = channel.next(START)
    assert isinstance(key, dollr.MintKey)
    channel.apply_answer(key.request, 200, b'{"access_token": "hush-6", "expires_in": 600}', START)
    connect = channel.next(START)
    assert isinstance(connect, dollr.Connect)
    assert connect.until == START + 5_000
    channel.apply_connected(START)
    assert (channel.state, repr(channel)) == ("Online", "<Channel Online>")
    join = channel.next(START)
    assert isinstance(join, dollr.Push)
    assert repr(join) == "<Push number 1>"
    channel.apply_sent(join, START)
    assert (channel.state, repr(channel)) == ("Joining", "<Channel Joining>")


def test_a_channel_is_live_from_when_the_server_watches_until_it_is_left() -> None:
    channel, _ = joined()
    assert (channel.state, channel.is_live(START)) == ("Joined", False)
    channel = live()
    assert (channel.state, channel.is_live(START)) == ("Live", True)
    assert channel.safety_poll(START + 1, START, START) == START + 5_000
    channel.apply_leave(START)
    assert (channel.state, channel.is_live(START)) == ("Ended", False)


def test_a_channel_that_is_over_says_why() -> None:
    channel = dollr.Channel.watch(55, "INVOICE", REFERENCE, START)
    channel.apply_leave(START)
    assert isinstance(channel.next(START), dollr.Ring)
    channel.apply_hinted(START)
    ended = channel.next(START)
    assert isinstance(ended, dollr.Ended)
    assert (ended.why, repr(ended)) == ("it was left", "<Ended: it was left>")


def test_who_waits_for_a_token_or_a_channel_has_no_reason_to_give() -> None:
    channel = live()
    channel.apply_hinted(START)
    token = dollr.Token("merchant", "hush-7")
    obtain = token.next(START)
    assert isinstance(obtain, dollr.Obtain)
    token.apply_lost(obtain.request, START)
    for wait in (channel.next(START), token.next(START)):
        assert isinstance(wait, dollr.Wait)
        assert wait.why == ""


def test_a_client_says_where_it_is_connected_to() -> None:
    credentials: dict[str, Any] = {"client_id": "merchant", "client_secret": "hush-8"}
    local = dollr.Client(base_url="http://127.0.0.1:1", **credentials)
    assert repr(local) == "<Client of http://127.0.0.1:1>"
    assert repr(dollr.Client(**credentials)) == "<Client of the vendor's API>"
    awaited = dollr.aio.Client(base_url="http://127.0.0.1:1", **credentials)
    assert repr(awaited) == "<aio.Client of http://127.0.0.1:1>"


def test_a_step_says_what_to_send_and_then_when_to_ask_again(tmp_path: Path) -> None:
    client = dollr.Client(
        base_url="http://127.0.0.1:1",
        client_id="merchant",
        client_secret="hush-9",
        journal=tmp_path / "payments.db",
    )
    # What a stepwise client's calls give is known to `dollr.aio` only.
    call: object = client._stepwise().execute(intent())
    assert isinstance(call, _dollr._Steps)
    alarm = _dollr._Alarm()
    answers = {
        "<_Outgoing POST /v1/jwt/client/obtain/token>": b'{"access_token": "hush-10", "expires_in": 60}',
        "<_Outgoing POST /v1/executions/collection>": told("PENDING"),
    }
    for said, body in answers.items():
        step = call.next(alarm, 1)
        assert repr(step.request) == said
        assert step.until is None
        call.answered(200, [], body)
    began = time.time_ns() // 1_000_000
    step = call.next(alarm, 1)
    assert (step.request, step.over, step.result, step.shown) == (None, False, None, [])
    assert step.until is not None
    # The first question comes some seconds after the payment.
    assert began < step.until < began + 60_000
    call.leave()


def test_a_run_of_reconcile_says_how_many_calls_it_took(sim: Simulator, tmp_path: Path) -> None:
    shop = dollr.Client(
        base_url=sim.url,
        journal=tmp_path / "payments.db",
        policy=dollr.Policy(schedule=(1, [(0, 1)])),
        **sim.credentials,
    )
    checkout = shop.create_checkout(phone="231770000001", currency="USD", items=[("Shoes", "250.00")])
    session = shop.create_session(checkout.source)
    shop.collect(session=session, account="3000", currency="USD", amount="250.00", patience=0)
    deadline = time.monotonic() + 20
    summary = shop.reconcile()
    while not summary.asked and time.monotonic() < deadline:
        assert summary.calls == 0
        time.sleep(0.05)
        summary = shop.reconcile()
    assert (summary.asked, summary.calls, summary.verdicts) == (1, 1, {"open": 1})

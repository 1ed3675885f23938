"""Level 2: sources, tokens, channels, and the values that all of them give."""

from __future__ import annotations

import pickle
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

import dollr
import pytest
from conftest import REFERENCE, START, told
from test_engine import opened, sent


def test_a_source_is_paid_only_in_its_currency_and_in_full() -> None:
    def watched(status: str, total: str) -> dollr.Verdict:
        source = dollr.Source.watch("INVOICE:101", "USD", "250.00", START)
        action = source.next(START)
        assert isinstance(action, dollr.Send)
        body = f'{{"source_id": 101, "source_type": "INVOICE", "source_number": "I", "status": "{status}",'
        body += f' "currency": "USD", "total_amount": {total}, "paid_at": "2025-06-01T14:30:00Z"}}'
        source.apply_answer(action.request, 200, body.encode(), START)
        return source.verdict

    paid = watched("PAID", "250.00")
    assert isinstance(paid, dollr.Paid)
    assert paid.settlement.paid_at == datetime(2025, 6, 1, 14, 30, tzinfo=timezone.utc)
    assert paid.settlement.source == "INVOICE:101"
    assert watched("PAID", "249.00") == dollr.Mismatch("amount", "250.00", "249.00")
    assert watched("CANCELED", "250.00") == dollr.Canceled()
    assert watched("ACTIVE", "250.00") == dollr.Open("known", "ACTIVE", None)


def test_a_token_is_obtained_used_given_up_and_denied() -> None:
    token = dollr.Token("merchant", "hush-hush")
    action = token.next(START)
    assert isinstance(action, dollr.Obtain)
    assert action.request.body is not None
    assert b"hush-hush" in action.request.body
    assert not action.request.authorized
    token.apply_answer(action.request, 200, b'{"access_token": "bearer-secret", "expires_in": 60}', START)
    used = token.next(START)
    assert isinstance(used, dollr.Use)
    assert used.bearer == "bearer-secret"
    token.expired(used)
    assert token.state == "Absent"
    again = token.next(START)
    assert isinstance(again, dollr.Obtain)
    token.apply_lost(again.request, START)
    assert isinstance(token.next(START), dollr.Wait)
    later = token.next(START + 120_000)
    assert isinstance(later, dollr.Obtain)
    token.apply_answer(later.request, 401, b"", START + 120_000)
    assert isinstance(token.next(START + 120_000), dollr.Denied)


def test_a_channel_asks_for_a_key_connects_joins_and_says_ask_now() -> None:
    channel = dollr.Channel.watch(55, "INVOICE", REFERENCE, START)
    key = channel.next(START)
    assert isinstance(key, dollr.MintKey)
    channel.apply_answer(key.request, 200, b'{"access_token": "key-secret", "expires_in": 600}', START)
    connect = channel.next(START)
    assert isinstance(connect, dollr.Connect)
    assert "apikey=anon" in connect.target("anon")
    channel.apply_connected(START)
    join = channel.next(START)
    assert isinstance(join, dollr.Push)
    assert "phx_join" in join.text
    assert "key-secret" not in repr(join)
    channel.apply_sent(join, START)
    channel.apply_text("nonsense", START)
    rung = channel.next(START + 1_000)
    assert isinstance(rung, dollr.Ring)
    channel.apply_hinted(START + 1_000)
    assert not channel.is_live(START + 1_000)
    assert channel.safety_poll(START, START, START) == START
    channel.apply_leave(START + 1_001)
    assert isinstance(channel.next(START + 1_001), (dollr.Push, dollr.Close))
    channel.apply_closed(START + 1_002)
    ended = channel.next(START + 10_000)
    assert isinstance(ended, (dollr.Ended, dollr.Ring))
    with pytest.raises(dollr.IllegalEventError):
        channel.apply_answer(key.request, 200, b"", START + 10_001)


def test_no_secret_is_in_a_repr_or_snapshot() -> None:
    passcode = dollr.Passcode("hush-1", phone="231770000001")
    payout = dollr.Intent.payout(REFERENCE, 55, "18", passcode, amount=5, currency="USD")
    payment = dollr.Execution.prepare(payout, START)
    payment.apply_recorded(START)
    action = payment.next(START)
    assert isinstance(action, dollr.Send)
    assert action.request.body is not None
    assert b"hush-1" in action.request.body
    card = opened()
    request = card.ask()
    assert request is not None
    token = dollr.Token("merchant", "hush-2")
    obtain = token.next(START)
    assert isinstance(obtain, dollr.Obtain)
    token.apply_answer(obtain.request, 200, b'{"access_token": "hush-3", "expires_in": 60}', START)
    shown = [
        passcode,
        payout,
        payment,
        action,
        action.request,
        token,
        obtain,
        obtain.request,
        token.next(START),
    ]
    shown.append(dollr.RealtimeKey("hush-4", 600.0))
    text = " ".join([*(repr(it) for it in shown), *(str(it) for it in shown), payment.snapshot()])
    assert "hush" not in text


def test_a_3d_secure_secret_is_an_action_that_hides_it() -> None:
    payment, request = sent()
    body = told("PENDING")[:-1] + b', "requires_action": true, "client_secret": "hush-5"}'
    payment.apply_answer(request, 200, body, START)
    action = payment.next(START)
    assert isinstance(action, dollr.Act)
    assert action.client_secret == "hush-5"
    assert "hush" not in repr(action) + payment.snapshot() + repr(payment)
    payment.apply_shown(START)
    assert not isinstance(payment.next(START), dollr.Act)


def test_values_are_frozen_comparable_hashable_and_pickled() -> None:
    settlement = dollr.Settlement(Decimal(1), "USD", None, None, None)
    paid = dollr.Paid(settlement)
    assert paid == dollr.Paid(settlement=settlement)
    assert paid != dollr.NotLanded()
    assert dollr.NotLanded() != dollr.Canceled()
    assert len({paid, dollr.Paid(settlement)}) == 1
    assert pickle.loads(pickle.dumps(paid)) == paid
    with pytest.raises(AttributeError):
        paid.settlement = settlement  # type: ignore[misc]
    make: Any = dollr.Paid
    for arguments, fields in (((), {}), ((1, 2), {}), ((), {"x": 1}), ((1,), {"settlement": 2})):
        with pytest.raises(TypeError):
            make(*arguments, **fields)


def test_everything_public_has_a_docstring() -> None:
    named = {name: getattr(dollr, name) for name in dollr.__all__ if not name.startswith("_")}
    bare = [name for name, it in named.items() if not it.__doc__]
    for name, it in named.items():
        members = vars(it).items() if isinstance(it, type) and it.__module__ == "dollr" else ()
        bare += [f"{name}.{n}" for n, member in members if not n.startswith("_") and not member.__doc__]
    assert bare == []

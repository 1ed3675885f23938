"""Level 2: the machines, driven by hand."""

from __future__ import annotations

import pickle
import threading
import tracemalloc
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from email.utils import formatdate
from typing import Any
from uuid import UUID

import dollr
import pytest
from conftest import REFERENCE, START, intent, told


def sent() -> tuple[dollr.Execution, dollr.Request]:
    payment = dollr.Execution.prepare(intent(), START)
    payment.apply_recorded(START)
    action = payment.next(START)
    assert isinstance(action, dollr.Send)
    return payment, action.request


def opened() -> dollr.Execution:
    payment, request = sent()
    payment.apply_answer(request, 200, told("PENDING"), START)
    return payment


def asked(payment: dollr.Execution, body: bytes, now: int) -> None:
    request = payment.ask()
    assert request is not None
    payment.apply_answer(request, 200, body, now)


def test_a_payment_is_recorded_then_sent_then_asked_about_until_it_is_paid() -> None:
    payment = dollr.Execution.prepare(intent(), START)
    now, seen = START, []
    while True:
        action = payment.next(now)
        seen.append(type(action).__name__)
        if isinstance(action, dollr.Record):
            assert REFERENCE in action.snapshot
            payment.apply_recorded(now)
        elif isinstance(action, dollr.Send):
            body = told("PENDING" if action.request.method == "POST" else "COMPLETED")
            payment.apply_answer(action.request, 200, body, now)
        elif isinstance(action, dollr.Wait):
            assert action.until > now
            now = action.until
        elif isinstance(action, dollr.Done):
            break
    assert seen == ["Record", "Send", "Wait", "Send", "Done"]
    assert action.verdict == dollr.Paid(
        dollr.Settlement(
            amount=Decimal("250.00"), currency="USD", source=None, provider_transaction_id=None, paid_at=None
        )
    )
    assert payment.is_paid
    assert payment.is_terminal
    assert (payment.state, payment.asks, payment.sends) == ("Completed", 1, 1)


def test_actions_and_verdicts_name_what_a_match_destructures() -> None:
    classes: list[Any] = [
        dollr.Record,
        dollr.Send,
        dollr.Wait,
        dollr.Act,
        dollr.Done,
        dollr.Paid,
        dollr.NotLanded,
    ]
    names = [cls.__match_args__ for cls in classes]
    expected = [
        ("snapshot",),
        ("request",),
        ("until", "why"),
        ("client_secret",),
        ("verdict",),
        ("settlement",),
        (),
    ]
    assert names == expected


def test_a_request_is_all_that_a_host_needs_to_send_it() -> None:
    _, request = sent()
    assert (request.method, request.path, request.authorized) == ("POST", "/v1/executions/collection", True)
    assert request.body is not None
    assert REFERENCE.encode() in request.body
    assert ("Content-Type", "application/json") in request.headers


def test_each_end_has_its_verdict() -> None:
    failed = opened()
    asked(failed, told("FAILED"), START)
    assert failed.verdict == dollr.Failed(None)

    refused, request = sent()
    refused.apply_answer(request, 422, b'{"detail": [{"loc": ["body", "currency"], "msg": "no"}]}', START)
    assert refused.verdict == dollr.Refused(422, (dollr.Problem("body.currency", "no"),))

    other = opened()
    asked(other, told("COMPLETED", amount="2.50"), START)
    assert other.verdict == dollr.Stuck("mismatch", dollr.Mismatch("amount", "250.00", "2.50"))

    uncertain, request = sent()
    uncertain.apply_lost(request, START)
    assert isinstance(uncertain.verdict, dollr.Open)
    assert uncertain.verdict.progress == "unknown"
    now = START
    while not uncertain.is_terminal and now < START + 7_200_000:
        action = uncertain.next(now)
        if isinstance(action, dollr.Send):
            uncertain.apply_answer(
                action.request, 404, b"", now, {"Date": formatdate(now / 1000, usegmt=True)}
            )
        elif isinstance(action, dollr.Wait):
            now = action.until
        else:
            uncertain.apply_resumed(3_600, now)
    assert uncertain.verdict == dollr.NotLanded()

    assert opened().verdict == dollr.Open("known", "PENDING", None)
    watched = dollr.Source.watch("INVOICE:1", "USD", 1, START, dollr.Policy(horizon=60, patience=60))
    question = watched.ask()
    assert question is not None
    active = b'{"source_id": 1, "source_type": "INVOICE", "status": "ACTIVE", "currency": "USD", "total_amount": 1}'
    watched.apply_answer(question, 200, active, START + 60_000)
    given_up = watched.next(START + 60_000)
    assert isinstance(given_up, dollr.Done)
    assert given_up.verdict == dollr.Stuck("horizon", None)


def test_what_surely_was_not_sent_is_sent_again_and_what_may_have_been_is_not() -> None:
    held, request = sent()
    held.apply_lost(request, START, sent=False)
    assert held.state == "Prepared"
    lost, request = sent()
    lost.apply_lost(request, START)
    assert lost.state == "Uncertain"
    again = lost.next(START + 60_000)
    assert isinstance(again, dollr.Send)
    assert again.request.method == "GET"


def test_a_later_answer_that_contradicts_the_verdict_is_a_conflict() -> None:
    payment = opened()
    asked(payment, told("COMPLETED"), START)
    asked(payment, told("FAILED"), START + 1)
    assert payment.conflict is not None
    assert (payment.conflict.ended, payment.conflict.answered) == ("Completed", "FAILED")
    assert not payment.is_paid


def test_an_illegal_event_is_an_exception_and_leaves_the_machine_as_it_was() -> None:
    payment, request = sent()
    before = payment.snapshot()
    with pytest.raises(dollr.IllegalEventError, match="recorded") as raised:
        payment.apply_recorded(START)
    assert "Sending" in str(raised.value)
    assert payment.snapshot() == before
    payment.apply_answer(request, 200, told("PENDING"), START)
    with pytest.raises(dollr.IllegalEventError):
        payment.apply_answer(request, 200, told("COMPLETED"), START)
    assert payment.state == "Open"


def test_a_snapshot_is_gone_on_from_and_a_machine_is_pickled_as_one() -> None:
    payment = opened()
    restored = dollr.Execution.restore(payment.snapshot())
    assert restored == payment
    assert restored.snapshot() == payment.snapshot()
    copy = pickle.loads(pickle.dumps(payment))
    assert isinstance(copy, dollr.Execution)
    assert copy == payment
    source = dollr.Source.watch("INVOICE:101", "USD", "250.00", START)
    assert pickle.loads(pickle.dumps(source)) == source


def test_what_was_caught_being_sent_is_asked_about_and_not_sent_again() -> None:
    payment, _ = sent()
    restored = dollr.Execution.restore(payment.snapshot())
    action = restored.next(START + 1)
    assert isinstance(action, (dollr.Send, dollr.Wait))
    assert restored.state == "Uncertain"


@pytest.mark.parametrize("text", ["", "{}", "null", "[]", '{"dollr":"execution"}'])
def test_what_is_no_snapshot_is_refused(text: str) -> None:
    with pytest.raises(dollr.SnapshotError):
        dollr.Execution.restore(text)


def test_a_snapshot_that_was_edited_or_is_of_another_kind_is_refused() -> None:
    text = opened().snapshot()
    with pytest.raises(dollr.SnapshotError, match="changed since"):
        dollr.Execution.restore(text.replace("250.00", "2.50"))
    with pytest.raises(dollr.SnapshotError, match="kind"):
        dollr.Source.restore(text)


def test_a_moment_is_a_datetime_with_a_zone_or_milliseconds() -> None:
    moment = datetime(2025, 6, 15, 17, 6, 40, tzinfo=timezone(timedelta(hours=2)))
    one, other = dollr.Execution.prepare(intent(), moment), dollr.Execution.prepare(intent(), START)
    assert one == other
    one.apply_recorded(moment)
    request = one.ask()
    assert request is None
    action = opened().next(moment)
    assert isinstance(action, dollr.Wait)
    assert action.at == datetime.fromtimestamp(action.until / 1000, timezone.utc)
    precise = datetime(2025, 6, 15, 15, 6, 40, 999_999, tzinfo=timezone.utc)
    assert dollr.Execution.prepare(intent(), precise) == dollr.Execution.prepare(intent(), START + 999)


def test_money_is_exact_and_names_may_be_what_python_has_for_them() -> None:
    for amount in ("250.00", Decimal("250.00"), Decimal("2.5E+2"), 250):
        made = dollr.Intent.collection(UUID(REFERENCE), "55", 18, "USD", amount=amount)
        payment = dollr.Execution.prepare(made, START)
        assert payment.reference_id == REFERENCE
    tiny = Decimal("0.0000000000000000000000000001")
    source = dollr.Source.watch("ORDER:7", "USD", tiny, START)
    assert "0.0000000000000000000000000001" in source.snapshot()


@pytest.mark.parametrize("amount", ["1e99999999", "-1e99999999", "1e-99999999", "0e99999999"])
def test_no_decimal_is_written_out_that_is_no_amount(amount: str) -> None:
    tracemalloc.start()
    with pytest.raises(dollr.InvalidError, match=r"E[+-]99999999"):
        dollr.Source.watch("INVOICE:1", "USD", Decimal(amount), START)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 1_000_000


def test_a_decimal_with_an_exponent_is_written_out_up_to_a_hundred_digits() -> None:
    with pytest.raises(dollr.InvalidError, match=r"`10{63}…`"):
        dollr.Source.watch("INVOICE:1", "USD", Decimal("1e100"), START)
    with pytest.raises(dollr.InvalidError, match=r"`1E\+101`"):
        dollr.Source.watch("INVOICE:1", "USD", Decimal("1e101"), START)


BAD: list[tuple[type[Exception], Any]] = [
    (TypeError, lambda: dollr.Execution.prepare(intent(), 1.5)),  # type: ignore[arg-type]
    (TypeError, lambda: dollr.Execution.prepare(intent(), datetime(2025, 1, 1))),
    (TypeError, lambda: dollr.Execution.prepare(intent(), None)),  # type: ignore[arg-type]
    (TypeError, lambda: dollr.Execution.prepare(intent(), True)),
    (TypeError, lambda: dollr.Execution.prepare("x", START)),  # type: ignore[arg-type]
    (ValueError, lambda: dollr.Execution.prepare(intent(), -1)),
    (ValueError, lambda: dollr.Execution.prepare(intent(), 1 << 70)),
    (ValueError, lambda: dollr.Execution.prepare(intent(), datetime(1960, 1, 1, tzinfo=timezone.utc))),
    (TypeError, lambda: dollr.Source.watch("INVOICE:1", "USD", 2.5, START)),  # type: ignore[arg-type]
    (dollr.InvalidError, lambda: dollr.Source.watch("INVOICE:1", "USD", Decimal("NaN"), START)),
    (dollr.InvalidError, lambda: dollr.Source.watch("INVOICE:1", "USD", Decimal(-1), START)),
    (dollr.InvalidError, lambda: dollr.Source.watch("INVOICE:1", "usd", 1, START)),
    (dollr.InvalidError, lambda: dollr.Source.watch("BILL:1", "USD", 1, START)),
    (dollr.InvalidError, lambda: dollr.Intent.collection("x", 55, "18", "USD")),
    (dollr.InvalidError, lambda: dollr.Intent.collection(REFERENCE, 55, "../18", "USD")),
    (dollr.InvalidError, lambda: dollr.Intent.collection(REFERENCE, -5, "18", "USD")),
    (TypeError, lambda: dollr.Intent.collection(REFERENCE, None, "18", "USD")),  # type: ignore[arg-type]
    (TypeError, lambda: dollr.Intent.transfer(REFERENCE)),  # type: ignore[call-arg]
    (ValueError, lambda: dollr.Policy(patience=-1)),
    (ValueError, lambda: dollr.Policy(patience=float("nan"))),
    (ValueError, lambda: dollr.Policy(patience=float("inf"))),
    (TypeError, lambda: dollr.Policy(patience="5m")),  # type: ignore[arg-type]
    (TypeError, lambda: dollr.Policy(patience=True)),
    (ValueError, lambda: dollr.Policy(schedule="fast")),  # type: ignore[arg-type]
    (TypeError, lambda: dollr.Passcode("1234")),
    (TypeError, lambda: sent()[0].apply_answer(sent()[1], 200, "text", START)),  # type: ignore[arg-type]
    (OverflowError, lambda: sent()[0].apply_answer(sent()[1], 70_000, b"", START)),
    (TypeError, lambda: sent()[0].apply_answer(sent()[1], 200, b"", START, [1])),  # type: ignore[list-item]
    (TypeError, lambda: dollr.Execution()),
    (TypeError, lambda: dollr.Execution.restore(b"")),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("expected", "call"), BAD, ids=[str(n) for n in range(len(BAD))])
def test_bad_input_is_an_ordinary_exception(expected: type[Exception], call: Any) -> None:
    with pytest.raises(expected) as raised:
        call()
    assert isinstance(raised.value, Exception)


def test_explanations_hints_patience_and_due_come_through() -> None:
    payment = opened()
    assert any("PENDING" in sentence for sentence in payment.explain(START))
    wait = payment.next(START)
    assert isinstance(wait, dollr.Wait)
    payment.apply_hint(START)
    soon = payment.next(START + 1_000)
    assert isinstance(soon, dollr.Send)
    payment.apply_resumed(timedelta(minutes=1), START)
    payment.apply_adopted(START, horizon=3600)
    due = payment.due(START)
    assert due is not None
    assert due >= START


def test_an_error_is_pickled_with_its_fields() -> None:
    error = dollr.RefusedError("no", http_status=422, errors=(dollr.Problem(None, "x"),), retry_after=1.0)
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy), copy.http_status, copy.errors, copy.retry_after) == (
        dollr.RefusedError, "no", 422, (dollr.Problem(None, "x"),), 1.0,
    )  # fmt: skip


def test_one_machine_takes_events_from_eight_threads() -> None:
    source = dollr.Source.watch("INVOICE:1", "USD", 1, START)

    def ring() -> None:
        for n in range(500):
            source.apply_hint(START + n)
            source.next(START + n)

    threads = [threading.Thread(target=ring) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert source.state == "Watching"


def test_a_policy_may_ask_by_a_schedule_of_its_own() -> None:
    def first_question(schedule: Any) -> int:
        payment = dollr.Execution.prepare(intent(), START, dollr.Policy(schedule=schedule))
        payment.apply_recorded(START)
        action = payment.next(START)
        assert isinstance(action, dollr.Send)
        payment.apply_answer(action.request, 200, told("PENDING"), START)
        wait = payment.next(START)
        assert isinstance(wait, dollr.Wait)
        return wait.until - START

    assert 54_000 <= first_question((60, [(0, 30), (timedelta(hours=1), timedelta(minutes=5))])) <= 66_000
    assert first_question("cards") < first_question("mobile_money") < 10_000
    for wrong in ("daily", (0.1, [(0, 2)]), (4, []), (4, [(60, 2), (0, 2)])):
        with pytest.raises(ValueError, match="schedule"):
            dollr.Policy(schedule=wrong)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        dollr.Policy(schedule=7)  # type: ignore[arg-type]

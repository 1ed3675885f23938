"""The engine's host: it does what the machine says, and commits before anything is sent."""

import time
from decimal import Decimal

import dollr

from . import vendor
from .models import Payment

SENDING_TAKES = 60_000
"""A process that has not said after this many milliseconds what became of its request is taken for dead."""


def now() -> int:
    """Milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


def begin(order: str, amount: Decimal, account: str, session: dollr.Session) -> Payment:
    """Charges a wallet: on record first, then sent once. An `IntegrityError` where it has an attempt."""
    intent = dollr.Intent.collection(
        dollr.new_reference_id(),
        session.id,
        account,
        "USD",
        amount=amount,
        session_expires_at=session.expires_at,
    )
    machine = dollr.Execution.prepare(intent, now())
    payment = Payment(order=order, reference_id=machine.reference_id)
    go_on(payment, machine)
    return payment


def look_after(payment: Payment) -> None:
    """Does what is due for it now. Any number of processes may, at the same time."""
    machine = dollr.Execution.restore(payment.snapshot)
    machine.apply_adopted(now())
    go_on(payment, machine)


def go_on(payment: Payment, machine: dollr.Execution) -> None:
    """Until there is nothing to be done at this moment, or somebody else has done it."""
    while True:
        match machine.next(now()):
            case dollr.Record(snapshot):
                if not payment.keep(snapshot, next_at=now() + SENDING_TAKES):
                    return payment.refresh_from_db()
                machine.apply_recorded(now())
            case dollr.Send(request):
                match vendor.send(request):
                    case vendor.Answer(status, headers, body):
                        machine.apply_answer(request, status, body, now(), headers)
                    case vendor.Lost(sent):
                        machine.apply_lost(request, now(), sent)
            case dollr.Act():
                # A card's secret would go to the payer's page, and nowhere else. This shop takes wallets.
                machine.apply_shown(now())
            case dollr.Wait() | dollr.Done():
                due, paid = machine.due(now()), machine.is_paid
                if not payment.keep(
                    machine.snapshot(), verdict=name(machine.verdict), paid=paid, next_at=due
                ):
                    payment.refresh_from_db()
                return None


def name(verdict: dollr.Verdict) -> str:
    """What was not sent now never will be: only the one who began it may."""
    if isinstance(verdict, dollr.Open) and verdict.progress == "not_sent":
        return "NotSent"
    return type(verdict).__name__

"""
A payment as a Celery task: each run does what is due, and the next one comes when the engine says.

The environment says where: DOLLR_CLIENT_ID, DOLLR_CLIENT_SECRET, DOLLR_BASE_URL, DOLLR_JOURNAL,
CELERY_BROKER.
    celery --app celery_tasks worker
"""

from __future__ import annotations

import functools
import os

import dollr
from celery import Celery, Task

app = Celery("shop", broker=os.environ.get("CELERY_BROKER", "memory://"))


@functools.cache
def journal() -> dollr.Journal:
    """Made when a worker first needs it, so after the fork of the pool."""
    return dollr.Journal(os.environ.get("DOLLR_JOURNAL", "payments.db"))


@functools.cache
def shop() -> dollr.Client:
    """One for all tasks of a worker."""
    return dollr.Client(journal=journal())


@app.task(
    bind=True,
    acks_late=True,
    autoretry_for=(dollr.TransportError, dollr.RateLimitedError, dollr.ExistsError),
    retry_backoff=True,
    max_retries=None,
)
def collect(
    self: Task[..., str],
    reference_id: str,
    source: str,
    account: str,
    amount: str,
    order: str,
    patience: float = 0,
) -> str:
    """
    Collects, and goes on until there is no more to come. Make the id with `dollr.new_reference_id()` where
    the task is queued: however often a broker delivers it, and wherever a worker dies, it is one payment.
    """
    try:
        report = shop().wait(reference_id, patience=patience)
    except dollr.UnrecordedError:
        session = shop().create_session(source)
        report = shop().collect(
            session=session,
            account=account,
            currency="USD",
            amount=amount,
            order=order,
            reference_id=reference_id,
            patience=patience,
        )
    entry = journal().load(reference_id)
    if entry is not None and entry.open and entry.due is not None:
        raise self.retry(eta=entry.due)
    if isinstance(shop().claim_fulfilment(reference_id), dollr.Claimed):
        print("ship", order, flush=True)
        shop().fulfilled(reference_id)
    return type(report.verdict).__name__

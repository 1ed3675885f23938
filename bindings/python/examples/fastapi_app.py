"""
A shop on FastAPI: a payment is waited for in the background, and its page hears at once how it stands.

The environment says where: DOLLR_CLIENT_ID, DOLLR_CLIENT_SECRET, DOLLR_BASE_URL, and DOLLR_JOURNAL.
    uvicorn fastapi_app:app
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager

import dollr.aio
from fastapi import FastAPI, HTTPException
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

ORDERS = {"A-1": ("INVOICE:101", "250.00")}
"""Yours are in a table. What is to be paid never comes from a browser."""

journal = dollr.Journal(os.environ.get("DOLLR_JOURNAL", "payments.db"))
shop = dollr.aio.Client(journal=journal)
running: set[asyncio.Task[None]] = set()


def in_background(work: Coroutine[None, None, None]) -> None:
    """The loop itself keeps no task alive."""
    task = asyncio.create_task(work)
    running.add(task)
    task.add_done_callback(running.discard)


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    """A worker that ends hands over what it waits for; whichever worker comes by next goes on with it."""
    in_background(reconcile(float(os.environ.get("RECONCILE_EVERY", "120"))))
    async with shop:
        yield
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


app = FastAPI(lifespan=lifespan)


class Choice(BaseModel):
    """What the customer chooses."""

    order: str
    account: str


@app.post("/pay", status_code=202)
async def pay(choice: Choice) -> dict[str, str]:
    """Records and sends. Who clicks twice is told which payment there is already."""
    if choice.order not in ORDERS:
        raise HTTPException(404)
    source, amount = ORDERS[choice.order]
    try:
        session = await shop.create_session(source)
        report = await shop.collect(
            session=session,
            account=choice.account,
            currency="USD",
            amount=amount,
            order=choice.order,
            patience=0,
        )
    except dollr.OrderTakenError as taken:
        raise HTTPException(409, {"reference_id": taken.reference_id}) from taken
    in_background(see_to(report.key))
    return {"reference_id": report.key}


async def see_to(reference_id: str) -> None:
    """Waits for the verdict, and ships."""
    await shop.wait(reference_id)
    await ship_what_is_paid()


async def ship_what_is_paid() -> None:
    """Each once, whoever asks. What is not said to be fulfilled is given out again after the term."""
    while delivery := await shop.next_paid(term=900):
        print("ship", delivery.key, flush=True)
        await shop.fulfilled(delivery.key)


async def reconcile(every: float) -> None:
    """Finds what a crash or a worker that has ended left behind. Any number of workers may do so."""
    while True:
        try:
            await shop.reconcile()
            await ship_what_is_paid()
        except dollr.DollrError as error:
            print("reconcile:", error, flush=True)
        await asyncio.sleep(every)


async def standing(reference_id: str) -> dict[str, object]:
    """As the journal has it: a page that asks costs no call."""
    entry = await asyncio.to_thread(journal.load, reference_id)
    if entry is None:
        raise HTTPException(404)
    verdict = dollr.Execution.restore(entry.snapshot).verdict
    return {"verdict": type(verdict).__name__, "over": not entry.open}


@app.get("/payments/{reference_id}")
async def payment(reference_id: str) -> dict[str, object]:
    """How it stands. `Open` is not a failure: do not pay again."""
    return await standing(reference_id)


@app.get("/payments/{reference_id}/events")
async def events(reference_id: str) -> StreamingResponse:
    """The same as it changes, for an `EventSource`."""
    first = await standing(reference_id)

    async def changes() -> AsyncIterator[str]:
        said = first
        yield f"data: {json.dumps(said)}\n\n"
        while not said["over"]:
            await asyncio.sleep(0.5)
            now = await standing(reference_id)
            if now != said:
                said = now
                yield f"data: {json.dumps(said)}\n\n"

    return StreamingResponse(changes(), media_type="text/event-stream")

"""What the tests of asyncio share: a vendor in the same loop, and the moments at which a task can be cancelled."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable, Coroutine, Generator, Iterator
from contextlib import contextmanager
from email.utils import formatdate
from pathlib import Path
from typing import Any

import dollr
import dollr.aio
import httpx
from conftest import Simulator


class Vendor(httpx.AsyncBaseTransport):
    """One that charges for each POST, however often it has had it; and that is seen at each moment of it."""

    def __init__(self, first: str = "COMPLETED") -> None:
        self.first, self.charged, self.posts, self.tokens = first, dict[str, str](), list[str](), 0
        self.asks = list[str]()
        self.moments = Moments()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await self.moments.one()
        answer = self.answered(request)
        await self.moments.one()
        return answer

    def answered(self, request: httpx.Request, now: float | None = None) -> httpx.Response:
        """Its answer; it says its date where it is told what that is, in milliseconds."""
        headers = {} if now is None else {"Date": formatdate(now / 1e3, usegmt=True)}
        status, body = self._said(request)
        return httpx.Response(status, json=body, headers=headers)

    def _said(self, request: httpx.Request) -> tuple[int, dict[str, object]]:
        if request.url.path.endswith("/obtain/token"):
            self.tokens += 1
            return 200, {"access_token": f"hush-token-{self.tokens}", "expires_in": 60}
        if request.method == "POST":
            reference = json.loads(request.content)["reference_id"]
            self.posts.append(reference)
            self.charged[reference] = self.first
        else:
            reference = request.url.path.rpartition("/")[2]
            self.asks.append(reference)
            if reference not in self.charged:
                return 404, {"detail": "unknown"}
        told = {"reference_id": reference, "status": self.charged[reference], "operation_type": "COLLECTION"}
        return 200, {**told, "payer_amount": "250.00", "payer_currency": "USD"}


class Moments:
    """Counts the moments at which a task could be cancelled, and cancels it at one of them."""

    def __init__(self, cancel_at: int = -1, before: Callable[[], object] = int) -> None:
        self.count, self.cancel_at, self.before = 0, cancel_at, before
        self.task: asyncio.Task[Any] | None = None

    def is_now(self) -> bool:
        self.count += 1
        return self.count == self.cancel_at

    async def one(self) -> None:
        """Of a request that is on its way."""
        if self.is_now() and self.task is not None:
            self.task.cancel()
            await asyncio.sleep(0)

    async def of(self, call: Coroutine[Any, Any, Any]) -> Any:
        """And of the task itself, wherever it waits."""
        self.task = asyncio.current_task()
        return await Watched(call, self)


class Watched:
    """A coroutine whose task is cancelled when it waits for the so-manieth time."""

    def __init__(self, call: Coroutine[Any, Any, Any], moments: Moments) -> None:
        self.call, self.moments = call, moments

    def __await__(self) -> Generator[Any, Any, Any]:
        steps = self.call.__await__()
        failed: BaseException | None = None
        while True:
            try:
                future = steps.throw(failed) if failed else steps.send(None)
            except StopIteration as over:
                return over.value
            failed = None
            if self.moments.is_now() and self.moments.task is not None:
                self.moments.before()
                self.moments.task.cancel()
            try:
                yield future
            except BaseException as error:
                failed = error


def new(folder: Path, vendor: httpx.AsyncBaseTransport | None = None, **more: Any) -> dollr.aio.Client:
    settings: dict[str, Any] = {
        "base_url": "http://127.0.0.1:1",
        "client_id": "merchant",
        "client_secret": "hush-secret",
        "journal": folder / "payments.db",
        "transport": vendor,
        **more,
    }
    return dollr.aio.Client(**settings)


def of(sim: Simulator, folder: Path, **more: Any) -> dollr.aio.Client:
    return new(folder, base_url=sim.url, **sim.credentials, **more)


def collect(shop: dollr.aio.Client, **more: Any) -> Coroutine[Any, Any, dollr.Report]:
    return shop.collect(session=55, account="18", currency="USD", amount="250.00", **more)


async def collect_own(shop: dollr.aio.Client, account: str, **more: Any) -> dollr.Report:
    """Collects for an invoice of its own."""
    checkout = await shop.create_checkout(phone="231770000001", currency="USD", items=[("Shoes", "250.00")])
    session = await shop.create_session(checkout.source)
    return await shop.collect(session=session, account=account, currency="USD", amount="250.00", **more)


HOLD = """
import sqlite3, sys
journal = sqlite3.connect(sys.argv[1], isolation_level=None)
journal.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def held(place: Path) -> Iterator[None]:
    """Another process is writing into the journal, and does not end."""
    command = [sys.executable, "-c", HOLD, str(place)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield
        holder.communicate()


def run(code: str, *arguments: str) -> str:
    """What another interpreter prints for it, to its good end and without a warning."""
    command = [sys.executable, "-W", "error", "-c", code, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout

"""What the tests share: the wheel's package, never the source tree's, and a simulated vendor as a process of its own."""

from __future__ import annotations

import asyncio
import inspect
import json
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast
from urllib import request

import dollr
import dollr.aio
import pytest

ROOT = Path(__file__).resolve().parents[3]
VECTORS = ROOT / "crates" / "dollr-core" / "tests" / "vectors"
START = 1_750_000_000_000
REFERENCE = "07070707-0707-4707-8707-070707070707"


def pytest_configure() -> None:
    """The source tree has no compiled part; what is imported is what was installed."""
    found = Path(dollr.__file__).resolve()
    if ROOT in found.parents and "site-packages" not in found.parts:
        raise pytest.UsageError(f"the tests are of the wheel, and this is the source tree: {found}")


class Simulator:
    """The vendor, as `dollr --json sim` runs it."""

    def __init__(self, *arguments: str) -> None:
        program = os.environ.get("DOLLR_PROGRAM", str(ROOT / "target" / "debug" / "dollr"))
        command = [program, "--json", "sim", "--listen", "127.0.0.1:0", *arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        said = json.loads(self.process.stdout.readline())
        self.url: str = said["base_url"]
        self.credentials = {"client_id": said["client_id"], "client_secret": said["client_secret"]}
        self.realtime = {"realtime_url": said["supabase_url"], "anon_key": said["supabase_anon_key"]}

    def control(self, path: str, body: object = None) -> Any:
        """Calls one of its control endpoints."""
        data = None if body is None else json.dumps(body).encode()
        with request.urlopen(request.Request(self.url + path, data=data), timeout=10) as answer:
            return json.loads(answer.read())

    def approve(self, page: str) -> None:
        """The customer pays on the hosted page, now."""
        with request.urlopen(page, data=b"method=wallet&decision=approve", timeout=10):
            pass

    def charges(self) -> list[Any]:
        """The money that has moved, as its ledger has it."""
        orders = self.control("/_sim/ledger")["orders"]
        return [movement for order in orders for movement in order["movements"]]

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def sim() -> Iterator[Simulator]:
    simulator = Simulator()
    yield simulator
    simulator.stop()


class Awaited:
    """An asyncio client for who waits for each of its calls: the loop runs on a thread of its own."""

    def __init__(self, loop: asyncio.AbstractEventLoop, **settings: Any) -> None:
        self.loop, self.client = loop, dollr.aio.Client(**settings)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self.client, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            result = method(*args, **kwargs)
            if not inspect.iscoroutine(result):
                return result
            return asyncio.run_coroutine_threadsafe(result, self.loop).result()

        return call

    def __repr__(self) -> str:
        return repr(self.client)


making: list[Callable[..., Any]] = [dollr.Client]


def new_client(**settings: Any) -> dollr.Client:
    """A client of the kind that the test is run for."""
    return cast("dollr.Client", making[-1](**settings))


@pytest.fixture(params=["blocking", "asyncio"])
def each_client(request: pytest.FixtureRequest) -> Iterator[None]:
    """The test is run for each kind of client."""
    if request.param == "blocking":
        yield
        return
    loop, clients = asyncio.new_event_loop(), list[Awaited]()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    def awaited(**settings: Any) -> Awaited:
        clients.append(Awaited(loop, **settings))
        return clients[-1]

    making.append(awaited)
    yield
    making.pop()
    for client in clients:
        client.aclose()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def intent(reference_id: str = REFERENCE) -> dollr.Intent:
    return dollr.Intent.collection(reference_id, 55, "18", "USD", amount="250.00")


def told(status: str, reference_id: str = REFERENCE, amount: str = "250.00") -> bytes:
    """What the status API says of a collection."""
    return (
        f'{{"reference_id": "{reference_id}", "status": "{status}", "operation_type": "COLLECTION",'
        f' "payer_amount": {amount}, "payer_currency": "USD"}}'
    ).encode()

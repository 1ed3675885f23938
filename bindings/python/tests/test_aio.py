"""Level 3: what only a client for asyncio can be asked. What it has in common with the blocking one is in `test_client.py`."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Generator, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from email.utils import formatdate
from pathlib import Path
from typing import Any

import dollr
import dollr.aio
import httpx
import pytest
from conftest import REFERENCE, Simulator


class Vendor(httpx.AsyncBaseTransport):
    """One that charges for each POST, however often it has had it; and that is seen at each moment of it."""

    def __init__(self, first: str = "COMPLETED") -> None:
        self.first, self.charged, self.posts, self.tokens = first, dict[str, str](), list[str](), 0
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


async def cancelled_at(moment: int, folder: Path, status: str, late: bool) -> str:
    """Cancels a collection then, has another client go on, and says how it ended."""
    vendor = Vendor(status)
    shop = new(folder, vendor)
    # Late: what its thread was told to do is done, and the task has not heard of it.
    vendor.moments = Moments(moment, lambda: shop._threads.submit(int).result() if late else None)
    try:
        await vendor.moments.of(collect(shop, reference_id=REFERENCE, order="A-1", patience=0.05))
        return "not cancelled"
    except asyncio.CancelledError:
        pass
    vendor.moments = Moments()
    journal = dollr.Journal(folder / "payments.db")
    entry = journal.load(REFERENCE)
    if entry is None:
        assert vendor.posts == []
        return "not recorded"
    # Who leaves without a word is taken for dead a minute later; this one is due at once.
    assert entry.due is None or entry.due < datetime.now(timezone.utc) + timedelta(seconds=30)
    # The customer has confirmed meanwhile. Another client is kept waiting by nobody.
    vendor.charged = dict.fromkeys(vendor.charged, "COMPLETED")
    report = await asyncio.wait_for(new(folder, vendor).status(REFERENCE), 10)
    assert len(vendor.posts) <= 1
    if isinstance(report.verdict, dollr.Open) and report.verdict.progress == "not_sent":
        assert vendor.posts == []
        return "not sent"
    entry = journal.load(REFERENCE)
    assert entry is not None
    verdict = ended(entry.snapshot, vendor)
    assert isinstance(verdict, dollr.Paid if vendor.posts else dollr.NotLanded)
    assert len(vendor.posts) <= 1
    return type(verdict).__name__


def ended(snapshot: str, vendor: Vendor) -> dollr.Verdict:
    """How the payment ends for one who goes on with its snapshot, in a time of his own."""
    now = time.time_ns() // 1_000_000
    machine = dollr.Execution.restore(snapshot)
    machine.apply_adopted(now)
    while True:
        action = machine.next(now)
        if isinstance(action, dollr.Done):
            return action.verdict
        if isinstance(action, dollr.Wait):
            now = action.until
            continue
        assert isinstance(action, dollr.Send)
        assert action.request.method == "GET"
        answer = vendor.answered(httpx.Request("GET", "http://vendor" + action.request.path), now)
        machine.apply_answer(
            action.request, answer.status_code, answer.content, now, answer.headers.multi_items()
        )


@pytest.mark.parametrize("late", [False, True], ids=["early", "late"])
@pytest.mark.parametrize("status", ["COMPLETED", "PENDING"])
def test_a_collection_that_is_cancelled_at_any_moment_is_gone_on_with_and_charged_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: str, late: bool
) -> None:
    """I2, I5, F25, at each point at which it waits, and at each of a request that is on its way."""
    monkeypatch.setattr(dollr.aio, "THREADS", 1)
    ends: list[str] = []
    while not ends or ends[-1] != "not cancelled":
        folder = tmp_path / str(len(ends))
        folder.mkdir()
        ends.append(asyncio.run(cancelled_at(len(ends) + 1, folder, status, late)))
    expected = {"not recorded", "not sent", "NotLanded", "Paid", "not cancelled"}
    assert set(ends) == expected if late else set(ends) | {"not sent"} == expected, ends
    assert len(ends) > 12


def test_a_collection_whose_task_is_cancelled_twice_is_handed_over_all_the_same(tmp_path: Path) -> None:
    async def twice() -> None:
        vendor = Vendor("PENDING")
        task = asyncio.ensure_future(collect(new(tmp_path, vendor), reference_id=REFERENCE))
        while not vendor.posts:
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        entry = dollr.Journal(tmp_path / "payments.db").load(REFERENCE)
        assert entry is not None
        assert entry.due is not None
        assert entry.due < datetime.now(timezone.utc) + timedelta(seconds=30)

    asyncio.run(twice())


def test_a_collection_that_runs_out_of_the_callers_time_is_reconciled(sim: Simulator, tmp_path: Path) -> None:
    """I5, against the simulator: by its ledger it is charged once."""

    async def timed_out() -> None:
        async with of(sim, tmp_path) as shop:
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(collect_own(shop, "1002", reference_id=REFERENCE, order="A-1"), 1)
        sim.control("/_sim/clock", {"advance_ms": 5_000})
        async with of(sim, tmp_path) as other:
            summary = await other.reconcile()
            while not summary.asked:
                await asyncio.sleep(0.1)
                summary = await other.reconcile()
            assert summary.paid == (REFERENCE,)
            assert isinstance(await other.claim_fulfilment(REFERENCE), dollr.Claimed)

    asyncio.run(timed_out())
    assert len(sim.charges()) == 1


def test_a_thousand_collections_share_one_token_and_few_threads(tmp_path: Path) -> None:
    before = threading.active_count()
    most = 0

    async def all_at_once() -> None:
        nonlocal most
        vendor = Vendor()
        shop = new(tmp_path, vendor)
        calls = [asyncio.ensure_future(collect(shop)) for _ in range(1_000)]
        while not all(call.done() for call in calls):
            most = max(most, threading.active_count())
            await asyncio.sleep(0.02)
        reports = [call.result() for call in calls]
        assert {type(report.verdict) for report in reports} == {dollr.Paid}
        assert len(set(vendor.posts)) == len(vendor.posts) == 1_000
        assert vendor.tokens == 1

    asyncio.run(all_at_once())
    assert most <= before + dollr.aio.THREADS


def test_two_loops_in_two_threads_share_a_client(sim: Simulator, tmp_path: Path) -> None:
    shop = of(sim, tmp_path)
    reports: list[dollr.Report] = []

    async def some() -> None:
        async with shop:
            reports.extend(await asyncio.gather(*(collect_own(shop, "1000") for _ in range(8))))

    threads = [threading.Thread(target=asyncio.run, args=(some(),)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({report.key for report in reports if isinstance(report.verdict, dollr.Paid)}) == 16
    calls = sim.control("/_sim/ledger")["calls"]
    assert sum("obtain/token" in call["path"] for call in calls) == 1


def test_the_loop_turns_while_the_journal_is_busy(tmp_path: Path) -> None:
    """However long somebody else holds the journal: here until the loop has turned a thousand times."""

    async def busy() -> None:
        vendor = Vendor()
        shop = new(tmp_path, vendor)
        with held(tmp_path / "payments.db"):
            call = asyncio.ensure_future(collect(shop))
            for _ in range(1_000):
                await asyncio.sleep(0.0005)
            assert not call.done()
            assert vendor.posts == []
        assert isinstance((await call).verdict, dollr.Paid)

    asyncio.run(busy())


def test_who_holds_the_token_and_is_cancelled_lets_others_go_on(tmp_path: Path) -> None:
    async def first_is_cancelled() -> None:
        vendor = Vendor()
        asked, go_on = asyncio.Event(), asyncio.Event()

        async def hold() -> None:
            if not asked.is_set():
                asked.set()
                await go_on.wait()

        vendor.moments.one = hold  # type: ignore[method-assign]
        shop = new(tmp_path, vendor)
        first = asyncio.ensure_future(collect(shop))
        await asked.wait()
        others = [asyncio.ensure_future(collect(shop)) for _ in range(4)]
        await asyncio.sleep(0.05)
        first.cancel()
        reports = await asyncio.wait_for(asyncio.gather(*others), 20)
        assert {type(report.verdict) for report in reports} == {dollr.Paid}
        assert first.cancelled()
        assert vendor.tokens == 1

    asyncio.run(first_is_cancelled())


def test_show_may_be_a_coroutine_function_and_its_exception_comes_through(
    sim: Simulator, tmp_path: Path
) -> None:
    shown: list[tuple[str, str]] = []

    async def show(key: str, secret: str) -> None:
        await asyncio.sleep(0)
        shown.append((key, secret))
        if len(shown) == 2:
            raise KeyError(key)

    async def cards() -> None:
        async with of(sim, tmp_path, show=show) as shop:
            report = await collect_own(shop, "4000", patience=0.5)
            assert [key for key, _ in shown] == [report.key]
            with pytest.raises(KeyError):
                await collect_own(shop, "4000", reference_id=REFERENCE)
            assert isinstance((await shop.status(REFERENCE)).verdict, dollr.Open)

    asyncio.run(cards())


def test_a_claim_of_which_nobody_hears_is_given_back(sim: Simulator, tmp_path: Path) -> None:
    async def unheard() -> None:
        async with of(sim, tmp_path) as shop:
            report = await collect_own(shop, "1000")
            for claim in (shop.claim_fulfilment(report.key), shop.next_paid(term=3_600)):
                with held(tmp_path / "payments.db"):
                    running = asyncio.ensure_future(claim)
                    await asyncio.sleep(0.05)
                    running.cancel()
                    with pytest.raises(asyncio.CancelledError):
                        await running
            claimed: object = None
            for _ in range(100):
                claimed = await shop.claim_fulfilment(report.key)
                if isinstance(claimed, dollr.Claimed):
                    return
                await asyncio.sleep(0.05)
            pytest.fail(str(claimed))

    asyncio.run(unheard())


def test_no_secret_is_in_a_log_a_repr_or_an_exception(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """I10, with every logger at its most talkative, and asyncio in debug mode."""
    caplog.set_level(logging.DEBUG)
    told: list[str] = []

    class Refusing(Vendor):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            told.append(repr(request))
            if request.method == "GET":
                raise httpx.ReadError("hush-sentence")
            return await super().handle_async_request(request)

    async def talk() -> None:
        shop = new(tmp_path, Refusing())
        passcode = dollr.Passcode("hush-code", phone="231770000001")
        payout = dollr.Intent.payout(REFERENCE, 55, "18", passcode, amount="250.00", currency="USD")
        told.append(repr(await shop.execute(payout, patience=0)))
        report = await collect(shop, patience=0)
        told.extend([repr(shop), repr(report), repr(shop._line())])
        with pytest.raises(dollr.TransportError) as raised:
            await shop.create_session("INVOICE:1")
        told.append(repr(raised.value))

    asyncio.run(talk(), debug=True)
    assert "no answer" in caplog.text
    assert "ReadError" in caplog.text
    assert "hush" not in caplog.text + " ".join(told)


def test_a_child_of_a_fork_is_told_to_make_its_own(tmp_path: Path) -> None:
    """T22."""
    code = """
import asyncio, os, sys, dollr.aio
new = lambda end: dollr.aio.Client(
    base_url="http://127.0.0.1:1", client_id="a", client_secret="b", journal=sys.argv[1] + end)
shop = new("")
async def ask(client):
    try:
        await asyncio.wait_for(client.status("07070707-0707-4707-8707-070707070707"), 10)
    except dollr.DollrError as error:
        return type(error).__name__
print(asyncio.run(ask(shop)), flush=True)
child = os.fork()
if child == 0:
    print(asyncio.run(ask(shop)), asyncio.run(ask(new("-child"))), flush=True)
    os._exit(0)
os.waitpid(child, 0)
print(asyncio.run(ask(shop)))
"""
    assert run(code, str(tmp_path / "payments.db")).split() == [
        "UnrecordedError", "ForkedError", "UnrecordedError", "UnrecordedError",
    ]  # fmt: skip


def test_ctrl_c_ends_the_loop_and_the_payment_is_handed_over(sim: Simulator, tmp_path: Path) -> None:
    code = """
import asyncio, signal, sys, os, dollr.aio
signal.signal(signal.SIGINT, signal.default_int_handler)
async def main():
    place, url, client_id, client_secret = sys.argv[1:]
    async with dollr.aio.Client(base_url=url, client_id=client_id, client_secret=client_secret, journal=place) as shop:
        session = await shop.create_session("INVOICE:101")
        call = asyncio.ensure_future(shop.collect(session=session, account="3000", currency="USD"))
        while not dollr.Journal(place).entries():
            await asyncio.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)
        await call
try:
    asyncio.run(main())
except KeyboardInterrupt:
    print("interrupted")
"""
    assert run(code, str(tmp_path / "payments.db"), sim.url, *sim.credentials.values()) == "interrupted\n"
    (entry,) = dollr.Journal(tmp_path / "payments.db").entries(open=True)
    assert entry.due is not None
    assert entry.due < datetime.now(timezone.utc) + timedelta(seconds=30)


def test_without_httpx_a_sentence_says_what_to_install_and_the_rest_needs_neither() -> None:
    code = """
import sys
sys.modules["httpx"] = None
import dollr
print(sorted({"asyncio", "httpx", "certifi"} & {name for name, it in sys.modules.items() if it}))
try:
    import dollr.aio
except ImportError as error:
    print(error)
"""
    assert run(code) == "[]\ndollr.aio needs httpx: pip install dollr[aio]\n"


def test_everything_public_has_a_docstring() -> None:
    members = vars(dollr.aio.Client).items()
    assert dollr.aio.__doc__
    assert dollr.aio.Client.__doc__
    assert [name for name, it in members if not name.startswith("_") and not it.__doc__] == []


def test_every_call_of_the_blocking_client_is_there() -> None:
    def public(client: type) -> set[str]:
        return {name for name in dir(client) if not name.startswith("_")}

    assert public(dollr.aio.Client) == public(dollr.Client) | {"aclose"}


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

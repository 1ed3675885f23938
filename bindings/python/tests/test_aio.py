"""Level 3: what only a client for asyncio can be asked. What it has in common with the blocking one is in `test_client.py`."""

from __future__ import annotations

import asyncio
import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import dollr
import dollr.aio
import httpx
import pytest
from asyncio_vendor import Vendor, collect, collect_own, held, new, of, run
from conftest import REFERENCE, Simulator


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


def test_a_question_goes_to_a_thread_for_its_row_and_for_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = 0

    class Counted(ThreadPoolExecutor):
        def submit(self, *args: Any, **kwargs: Any) -> Future[Any]:
            nonlocal turns
            turns += 1
            return super().submit(*args, **kwargs)

    async def asked() -> None:
        shop = new(tmp_path, Vendor("PENDING"))
        report = await collect(shop, patience=0)
        before = turns
        for _ in range(5):
            assert isinstance((await shop.status(report.key)).verdict, dollr.Open)
        assert turns == before + 5

    monkeypatch.setattr(dollr.aio, "ThreadPoolExecutor", Counted)
    asyncio.run(asked())


def test_a_client_that_is_closed_under_way_loses_nothing(tmp_path: Path) -> None:
    async def closed() -> None:
        vendor = Vendor("PENDING")
        async with new(tmp_path, vendor) as shop:
            call = asyncio.ensure_future(collect(shop, patience=0.5))
            while not vendor.posts:
                await asyncio.sleep(0)
        assert isinstance((await call).verdict, dollr.Open)
        (entry,) = dollr.Journal(tmp_path / "payments.db").entries()
        vendor.charged[entry.key] = "COMPLETED"
        assert isinstance((await shop.status(entry.key)).verdict, dollr.Paid)

    asyncio.run(closed())


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


def test_reconcile_asks_once_about_each_payment_over_httpx(tmp_path: Path) -> None:
    """I14: several runs beside each other, by the client's own transport, come together to one."""

    async def left_open() -> None:
        vendor = Vendor("PROCESSING")
        shop = new(tmp_path, vendor, policy=dollr.Policy(schedule=(1, [(0, 1)])))
        left = {(await collect(shop, patience=0)).key for _ in range(50)}
        vendor.charged = dict.fromkeys(vendor.charged, "COMPLETED")
        vendor.asks.clear()
        paid, asked = set[str](), 0
        while True:
            summary = await shop.reconcile(workers=4)
            paid |= set(summary.paid)
            asked += summary.asked
            if len(paid) == len(left):
                break
            await asyncio.sleep(0.1)
        assert (paid, asked) == (left, 50)
        assert sorted(vendor.asks) == sorted(left)
        assert summary.backlog == (0, 0)

    asyncio.run(left_open())

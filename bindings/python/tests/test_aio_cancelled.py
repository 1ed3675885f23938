"""Level 3: a call is cancelled, and its payment goes on."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import dollr
import dollr.aio
import httpx
import pytest
from asyncio_vendor import Moments, Vendor, collect, collect_own, held, new, of, run
from conftest import REFERENCE, Simulator


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
        journal = dollr.Journal(tmp_path / "payments.db")
        async with of(sim, tmp_path, journal=journal) as shop:
            call = asyncio.ensure_future(collect_own(shop, "1030", reference_id=REFERENCE, order="A-1"))
            while journal.load(REFERENCE) is None:
                await asyncio.sleep(0.01)
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(call, 2)
        sim.control("/_sim/clock", {"advance_ms": 60_000})
        async with of(sim, tmp_path) as other:
            summary = await other.reconcile()
            for _ in range(100):
                if summary.asked:
                    break
                await asyncio.sleep(0.1)
                summary = await other.reconcile()
            assert summary.paid == (REFERENCE,)
            assert isinstance(await other.claim_fulfilment(REFERENCE), dollr.Claimed)

    asyncio.run(timed_out())
    assert len(sim.charges()) == 1


def test_a_cancelled_reconcile_asks_no_more(sim: Simulator, tmp_path: Path) -> None:
    def asked() -> int:
        return sum("/v1/status/" in call["path"] for call in sim.control("/_sim/ledger")["calls"])

    async def begun() -> None:
        policy = dollr.Policy(schedule=(1, [(0, 1)]))
        async with of(sim, tmp_path, policy=policy, read_timeout=1) as shop:
            for _ in range(4):
                await collect_own(shop, "3000", patience=0)
            before, journal = asked(), dollr.Journal(tmp_path / "payments.db")
            now = datetime.now(timezone.utc)
            while not all(entry.due and entry.due <= now for entry in journal.entries(open=True)):
                await asyncio.sleep(0.1)
                now = datetime.now(timezone.utc)
            sim.control("/_sim/faults", {"at": "status", "kind": "silent", "times": 100})
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(shop.reconcile(workers=1), 0.5)
        counts.append(before)

    counts: list[int] = []
    # Where the loop ends, the threads of `reconcile` have.
    asyncio.run(begun())
    assert asked() - counts[0] <= 1


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

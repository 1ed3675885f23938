"""
Has this been paid? The client for asyncio: `pip install dollr[aio]`.

    async with dollr.aio.Client(journal="payments.db") as shop:
        session = await shop.create_session("INVOICE:101")
        report = await shop.collect(session=session, account="18", currency="USD", amount="250.00")

All that decides is the same as in `dollr.Client`. Requests go out by httpx, and the loop waits for nothing
else: the journal is written on threads.

Cancel what you like. A cancelled call has handed its payment over when it raises `CancelledError`: it is
never sent twice, and `wait` or `reconcile` go on with it, here or elsewhere.
"""

from __future__ import annotations

import asyncio
import inspect
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar, cast
from weakref import WeakKeyDictionary

from . import _dollr
from ._values import Claimed
from ._wire import Line, trust

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    import httpx
    from typing_extensions import Unpack

    from ._dollr import (
        Intent,
        _Kind,
        _Moment,
        _Money,
        _Name,
        _Run,
        _Settings,
        _Span,
        _Step,
        _Steps,
    )
    from ._values import (
        AlreadyClaimed,
        Checkout,
        Delivery,
        NotPaid,
        RealtimeKey,
        Report,
        Session,
        Summary,
    )

__all__ = ["Client"]

T = TypeVar("T")

THREADS = 8
"""So many calls are in the journal at once; the others wait for their turn, and the loop for none of them."""


class Client:
    """
    A merchant's connection to the vendor, for asyncio: one token, one policy, one journal. Share it between
    tasks, and between loops in several threads; after a fork each process makes its own.

    It takes the settings of `dollr.Client`, and a `transport` to send by instead of httpx's own connections:
    one that follows no redirect and repeats nothing. `show` may be a coroutine function; it is awaited before
    the payment goes on. To make a client opens its journal, and waits for that: make it while nobody waits
    for the loop.
    """

    def __init__(
        self,
        *,
        show: Callable[[str, str], object] | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        **settings: Unpack[_Settings],
    ) -> None:
        self._client = _dollr.Client(**settings)
        self._calls = self._client._stepwise()
        self._wire = self._client._wire()
        self._trust = trust(self._wire)
        self._show, self._transport = show, transport
        self._threads = ThreadPoolExecutor(THREADS, "dollr")
        self._lines: WeakKeyDictionary[asyncio.AbstractEventLoop, Line] = WeakKeyDictionary()
        self._lines_lock = threading.Lock()

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Closes this loop's connections. Calls that are under way fail as if the network had."""
        with self._lines_lock:
            line = self._lines.pop(asyncio.get_running_loop(), None)
        if line is not None:
            await line.close()

    async def collect(
        self,
        *,
        session: Session | _Name,
        account: _Name,
        currency: str,
        amount: _Money | None = None,
        reference_id: _Name | None = None,
        order: str | None = None,
        despite: str | None = None,
        patience: _Span | None = None,
        realtime: _Kind | None = None,
        session_expires_at: _Moment | None = None,
        source: _Name | None = None,
    ) -> Report:
        """Collects: records, sends once, and asks until there is a verdict or patience is over."""
        steps = self._calls.collect(
            session=session,
            account=account,
            currency=currency,
            amount=amount,
            reference_id=reference_id,
            order=order,
            despite=despite,
            patience=patience,
            realtime=realtime,
            session_expires_at=session_expires_at,
            source=source,
        )
        return await self._through(steps)

    async def execute(
        self,
        intent: Intent,
        *,
        order: str | None = None,
        despite: str | None = None,
        patience: _Span | None = None,
        realtime: _Kind | None = None,
    ) -> Report:
        """The same for any intent: a collection, payout, transfer or refund."""
        steps = self._calls.execute(
            intent, order=order, despite=despite, patience=patience, realtime=realtime
        )
        return await self._through(steps)

    async def create_session(self, source: _Name) -> Session:
        """Makes a session for a source such as `INVOICE:101`, to be executed in right away."""
        return await self._through(self._calls.create_session(source))

    async def create_checkout(
        self,
        *,
        phone: str,
        currency: str,
        items: list[tuple[str, _Money]],
        kind: _Kind | None = None,
        success_url: str | None = None,
        cancel_url: str | None = None,
        customer_name: str | None = None,
        customer_email: str | None = None,
        reference_id: _Name | None = None,
        expires_at: _Moment | None = None,
        note: str | None = None,
    ) -> Checkout:
        """Makes a hosted checkout of items, pairs of name and amount: send the customer to its `url`."""
        steps = self._calls.create_checkout(
            phone=phone,
            currency=currency,
            items=items,
            kind=kind,
            success_url=success_url,
            cancel_url=cancel_url,
            customer_name=customer_name,
            customer_email=customer_email,
            reference_id=reference_id,
            expires_at=expires_at,
            note=note,
        )
        return await self._through(steps)

    async def verify_source(
        self,
        source: _Name,
        *,
        currency: str,
        total: _Money,
        order: str | None = None,
        patience: _Span | None = None,
    ) -> Report:
        """
        Whether this invoice or order is paid, in this currency and with this total. Take all three from the
        order, never from a browser. Without patience it asks once. With the merchant's own name of the
        `order`, its goods are handed out once, whether it is paid on the hosted page or collected for the
        same order; without, do not verify what you collect yourself.
        """
        steps = self._calls.verify_source(
            source, currency=currency, total=total, order=order, patience=patience
        )
        return await self._through(steps)

    async def wait(self, reference_id: _Name, *, patience: _Span | None = None) -> Report:
        """Goes on asking about a recorded payment, whoever began it, for at most `patience` (5 minutes)."""
        return await self._through(self._calls.wait(reference_id, patience=patience))

    async def watch(self, reference_id: _Name, kind: _Kind, *, patience: _Span | None = None) -> Report:
        """
        The same, listening to the payment's realtime channel, which has a thread and sockets of its own;
        `kind` is that of its source, `INVOICE` or `ORDER`.
        """
        return await self._through(self._calls.watch(reference_id, kind, patience=patience))

    async def status(self, reference_id: _Name) -> Report:
        """How a recorded payment stands: one question, also about one that has ended."""
        return await self._through(self._calls.status(reference_id))

    async def realtime_key(self, session: Session | _Name, kind: _Kind, reference_id: _Name) -> RealtimeKey:
        """Mints the key of one payment's realtime channel, for a browser that subscribes itself."""
        return await self._through(self._calls.realtime_key(session, kind, reference_id))

    async def reconcile(
        self, *, workers: int = 8, rate: tuple[int, _Span] | None = None, horizon: _Span | None = None
    ) -> Summary:
        """
        Asks about each recorded payment that is due, once; any number of processes may do so at the same
        time. `workers` is how many are asked about at once. Once cancelled, it gives back what it has taken.
        """
        ended: list[_Run] = []

        async def run() -> None:
            # A run is what its steps come to. How much is left to do, the last one knows.
            steps = self._calls.reconcile(workers=1, rate=rate, horizon=horizon)
            ended.append(cast("_Run", await self._through(steps)))

        runs = [asyncio.ensure_future(run()) for _ in range(max(workers, 1))]
        try:
            await asyncio.gather(*runs)
        except BaseException:
            for other in runs:
                other.cancel()
            await asyncio.gather(*runs, return_exceptions=True)
            raise
        first, *more = ended
        for later in more:
            first = first.merge(later)
        return first.summary()

    async def claim_fulfilment(self, key: _Name) -> Claimed | AlreadyClaimed | NotPaid:
        """
        May I ship? One caller gets the goods, by reference id or source. The vendor is not asked. A payout,
        a transfer or a refund has no goods, and raises `InvalidError`.
        """

        def release(claimed: Claimed | AlreadyClaimed | NotPaid) -> None:
            if isinstance(claimed, Claimed):
                self._client.release(key)

        return await self._in_thread(lambda: self._client.claim_fulfilment(key), release)

    async def fulfilled(self, key: _Name) -> bool:
        """The goods were handed out. False where nobody has claimed them, or that was said before."""
        return await self._in_thread(lambda: self._client.fulfilled(key))

    async def release(self, key: _Name) -> bool:
        """The goods were not handed out: somebody else may claim them."""
        return await self._in_thread(lambda: self._client.release(key))

    async def resolve(self, key: _Name, why: str) -> bool:
        """
        A person has dealt with a payment that `reconcile` lists: one that is stuck, was paid twice or never
        sent. It is listed no longer, and `why` is kept. False where it is none of these, or that was said
        before.
        """
        return await self._in_thread(lambda: self._client.resolve(key, why))

    async def next_paid(self, *, term: _Span, since: _Moment | None = None) -> Delivery | None:
        """
        Claims the next payment whose goods nobody has claimed, for `term`; `None` where there is none. Ship
        by its `key`, then say `fulfilled`.
        """

        def release(delivery: Delivery | None) -> None:
            if delivery is not None:
                self._client.release(delivery.key)

        return await self._in_thread(lambda: self._client.next_paid(term=term, since=since), release)

    def new_reference_id(self) -> str:
        """A new id for one attempt."""
        return self._client.new_reference_id()

    def __repr__(self) -> str:
        return repr(self._client).replace("<", "<aio.", 1)

    def _line(self) -> Line:
        loop = asyncio.get_running_loop()
        with self._lines_lock:
            for other in [other for other in self._lines if other.is_closed()]:
                del self._lines[other]
            if loop not in self._lines:
                self._lines[loop] = Line(self._wire, self._trust, self._transport)
            return self._lines[loop]

    async def _through(self, call: T) -> T:
        """Goes through the steps of a call, which is what the calls of a stepwise client really give."""
        steps = cast("_Steps", call)
        line = self._line()
        number, woken = line.enter()
        running: Future[_Step] | None = None
        blocks = False
        try:
            while True:
                woken.clear()
                if blocks:
                    running = self._threads.submit(steps.next, line.alarm, number)
                    step = await asyncio.wrap_future(running)
                    running = None
                else:
                    step = steps.try_next(line.alarm, number)
                for key, secret in step.shown:
                    await self._shown(key, secret)
                blocks = step.wants_journal
                if blocks:
                    continue
                if step.over:
                    return cast(T, step.result)
                if step.request is None:
                    await line.sleep(woken, step.until)
                else:
                    await line.send(steps, step.request)
        except BaseException as error:
            if running is not None:
                running.cancel()
            leaving = self._threads.submit(_leave, steps, running)
            if not isinstance(error, GeneratorExit):
                await _outlast(leaving)
            raise
        finally:
            line.leave(number)

    async def _shown(self, key: str, secret: str) -> None:
        if self._show is not None:
            showing = self._show(key, secret)
            if inspect.isawaitable(showing):
                await showing

    async def _in_thread(self, work: Callable[[], T], undo: Callable[[T], object] | None = None) -> T:
        """What nobody has heard of, because he who asked was cancelled, is undone."""
        running = self._threads.submit(work)
        try:
            return await asyncio.wrap_future(running)
        except asyncio.CancelledError:
            if undo is not None and not running.cancelled():
                self._threads.submit(lambda: undo(running.result()))
            raise


def _leave(steps: _Steps, running: Future[_Step] | None) -> None:
    """Nobody waits for the call any more. A request that it has just handed out is not sent."""
    if running is not None and not running.cancelled() and running.exception() is None:
        step = running.result()
        if step.request is not None:
            steps.lost(False, "cancelled")
    steps.leave()


async def _outlast(leaving: Future[None]) -> None:
    """Waits for it, however often who waits is cancelled, and passes that on."""
    waiting = asyncio.wrap_future(leaving)
    cancelled = None
    while not waiting.done():
        try:
            await asyncio.shield(waiting)
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled

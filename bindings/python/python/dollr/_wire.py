"""The wire of `dollr.aio`: one request out, one answer in; nothing is followed, repeated or unpacked."""

from __future__ import annotations

import asyncio
import ssl
import time
from typing import TYPE_CHECKING, Any

try:
    import certifi
    import httpx
except ImportError as _error:
    raise ImportError("dollr.aio needs httpx: pip install dollr[aio]") from _error

from ._connections import SURELY_NOT_SENT, fresh, kept
from ._dollr import _Alarm

if TYPE_CHECKING:
    from ._dollr import _Outgoing, _Steps, _Wire

LONGEST = 60.0
"""A clock that is set back meanwhile must not make anybody sleep for years, in seconds."""

MOST_AT_ONCE = 100
"""So many requests of a loop are on their way; who waits for his turn has sent nothing."""


class Line:
    """What belongs to one event loop: its connections, and the bell by which its calls are woken."""

    def __init__(
        self, wire: _Wire, trust: ssl.SSLContext, transport: httpx.AsyncBaseTransport | None
    ) -> None:
        self.wire = wire
        self.loop = asyncio.get_running_loop()
        self.alarm = _Alarm()
        self.waiting: dict[int, asyncio.Event] = {}
        self.calls = 0
        self.turns = asyncio.Semaphore(MOST_AT_ONCE)
        self.own = transport is None
        self.moving = transport or fresh(wire, trust)
        self.asking = transport or kept(wire, trust)

    def enter(self) -> tuple[int, asyncio.Event]:
        """A number for one more call, and what is set when it is worth going on with."""
        if not self.waiting:
            self.loop.add_reader(self.alarm.fileno(), self._rung)
        self.calls += 1
        woken = self.waiting[self.calls] = asyncio.Event()
        return self.calls, woken

    def leave(self, number: int) -> None:
        """The call is over."""
        del self.waiting[number]
        if not self.waiting and not self.loop.is_closed():
            self.loop.remove_reader(self.alarm.fileno())

    def _rung(self) -> None:
        for number in self.alarm.rung():
            if number in self.waiting:
                self.waiting[number].set()

    async def sleep(self, woken: asyncio.Event, until: int | None) -> None:
        """Until it is woken, or then, in milliseconds since the epoch."""
        timer = None
        if until is not None:
            # A millisecond more, because now is rounded down where it is compared.
            left = max(until / 1e3 - time.time(), 0.0) + 0.001
            timer = self.loop.call_later(min(left, LONGEST), woken.set)
        try:
            await woken.wait()
        finally:
            if timer is not None:
                timer.cancel()

    async def send(self, steps: _Steps, request: _Outgoing) -> None:
        """Sends it once, when it is its turn, and says what became of it."""
        try:
            await self.turns.acquire()
        except asyncio.CancelledError:
            steps.lost(False, "cancelled")
            raise
        try:
            answer = await self._sent(request)
        except Exception as error:
            # Its name only: a sentence of somebody else's may hold anything.
            steps.lost(not isinstance(error, SURELY_NOT_SENT), type(error).__name__)
        else:
            steps.answered(*answer)
        finally:
            self.turns.release()

    async def _sent(self, request: _Outgoing) -> tuple[int, list[tuple[str, str]], bytes]:
        """Within its time; or else `TimeoutError`."""
        transport = self.moving if request.moves_money else self.asking
        sending = asyncio.ensure_future(self._exchange(transport, self._request(request)))
        try:
            await asyncio.wait({sending}, timeout=self.wire.total_timeout)
        finally:
            # Out of time, or nobody wants to know any more: whoever sends it gives its connection up.
            if not sending.done():
                sending.cancel()
                await asyncio.wait({sending})
        if sending.cancelled():
            raise asyncio.TimeoutError
        return sending.result()

    async def _exchange(
        self, transport: httpx.AsyncBaseTransport, request: httpx.Request
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        answer = await transport.handle_async_request(request)
        try:
            body = await self._body(answer)
        finally:
            await answer.aclose()
        headers = [
            (name.decode("latin-1"), text.decode("utf-8", "replace")) for name, text in answer.headers.raw
        ]
        return answer.status_code, headers, body

    def _request(self, request: _Outgoing) -> httpx.Request:
        wire = self.wire
        limits = {
            "connect": wire.connect_timeout,
            "read": wire.read_timeout,
            "write": wire.read_timeout,
            "pool": wire.connect_timeout,
        }
        headers = [("User-Agent", wire.user_agent), *request.headers()]
        url = wire.base_url + request.path
        extensions: dict[str, Any] = {"timeout": limits}
        return httpx.Request(
            request.method, url, headers=headers, content=request.body(), extensions=extensions
        )

    async def _body(self, answer: httpx.Response) -> bytes:
        body = bytearray()
        if not isinstance(answer.stream, httpx.AsyncByteStream):
            raise TypeError("the transport's answer is not asynchronous")
        async for piece in answer.stream:
            body += piece
            if len(body) > self.wire.largest_body:
                raise ValueError("the body is too long")
        return bytes(body)

    async def close(self) -> None:
        """Closes its connections. Somebody else's transport stays open."""
        if self.own:
            await self.asking.aclose()
            await self.moving.aclose()


def trust(wire: _Wire) -> ssl.SSLContext:
    """The authorities to trust; nothing of it is left to the environment."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(wire.ca_bundle or certifi.where())
    return context

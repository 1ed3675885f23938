"""
The connections of `dollr.aio`. One is kept for the next request only where an answer was all that came by it:
httpcore takes what follows an answer for the answer to the request after it.
"""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import h11
import httpcore
import httpx

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable
    from typing import Any

    from ._dollr import _Wire

IDLE = 15.0
"""So many seconds a connection is kept for the next request."""

MOST = 32 * 1024
"""
An answer of more bytes takes its connection with it. It is half of what is read at once, so that nothing that
has come with an answer is held back where it would not be seen.
"""

SURELY_NOT_SENT = (
    httpcore.ConnectError,
    httpcore.ConnectTimeout,
    httpcore.PoolTimeout,
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
)
"""What comes before a request's first byte. After anything else it may have been sent."""


class Stream(httpcore.AsyncNetworkStream):
    """A connection that remembers what came since something was sent. It is used up until it is settled."""

    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner
        self._heard = bytearray()
        self._used_up = True

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        heard = await self._inner.read(max_bytes, timeout)
        if len(self._heard) <= MOST:
            self._heard += heard
        return heard

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._used_up = True
        self._heard.clear()
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> Stream:
        return Stream(await self._inner.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        # A connection that waits for a request, and has something to say, is given up.
        if info == "is_readable" and self._used_up:
            return True
        return self._inner.get_extra_info(info)

    def settle(self, body: bytearray) -> None:
        """An answer with this body has ended. If nothing else has come, the connection may be used again."""
        whole = len(self._heard) <= MOST and (self._is_head_and(body) or is_one_answer(self._heard))
        self._used_up = not (whole and self._is_silent())

    def _is_head_and(self, body: bytearray) -> bool:
        """Whether the body came as it is, and last."""
        head, _, rest = self._heard.partition(b"\r\n\r\n")
        return bool(head) and rest == body

    def _is_silent(self) -> bool:
        """Whether no more is waiting to be deciphered."""
        tls = self._inner.get_extra_info("ssl_object")
        if tls is None:
            return True
        try:
            tls.read(1)
        except ssl.SSLWantReadError:
            return True
        except ssl.SSLError:
            pass
        return False


def is_one_answer(heard: bytearray) -> bool:
    """Whether this is one answer and not a byte more: read once again, for one that came in chunks."""
    reader = h11.Connection(h11.CLIENT)
    reader.send(h11.Request(method="GET", target="/", headers=[("Host", "vendor")]))
    reader.send(h11.EndOfMessage())
    reader.receive_data(bytes(heard))
    event = reader.next_event()
    while isinstance(event, (h11.InformationalResponse, h11.Response, h11.Data)):
        event = reader.next_event()
    return isinstance(event, h11.EndOfMessage) and reader.trailing_data == (b"", False)


class Backend(httpcore.AsyncNetworkBackend):
    """Makes connections that remember."""

    def __init__(self) -> None:
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> Stream:
        return Stream(await self._inner.connect_tcp(host, port, timeout, local_address, socket_options))


class Kept(httpx.AsyncBaseTransport):
    """Connections that are kept: for requests that may be repeated."""

    def __init__(self, trust: ssl.SSLContext) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=trust, max_connections=None, keepalive_expiry=IDLE, network_backend=Backend()
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        answer = await self._pool.handle_async_request(
            httpcore.Request(
                request.method,
                httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=Body(answer))

    async def aclose(self) -> None:
        await self._pool.aclose()


class Body(httpx.AsyncByteStream):
    """The body of an answer, at whose end its connection is settled."""

    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        body = bytearray()
        async for piece in self._answer.aiter_stream():
            if len(body) <= MOST:
                body += piece
            yield piece
        stream = self._answer.extensions.get("network_stream")
        if isinstance(stream, Stream):
            stream.settle(body)

    async def aclose(self) -> None:
        await self._answer.aclose()


def kept(wire: _Wire, trust: ssl.SSLContext) -> httpx.AsyncBaseTransport:
    """Connections for requests that may be repeated. Through a proxy each has one of its own, too."""
    return fresh(wire, trust) if wire.proxy else Kept(trust)


def fresh(wire: _Wire, trust: ssl.SSLContext) -> httpx.AsyncBaseTransport:
    """A connection for each request: what moves money is not sent into one that has died."""
    return httpx.AsyncHTTPTransport(
        verify=trust,
        trust_env=False,
        retries=0,
        proxy=wire.proxy,
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
    )

"""The wire: a request is sent once, as it is. The token is renewed once for all threads."""

import itertools
import os
import threading
import time
from typing import NamedTuple

import dollr
import httpx


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class Lost(NamedTuple):
    """Nothing usable came back; `sent` is false only where surely no byte left."""

    sent: bool


token = dollr.Token(os.environ["DOLLR_CLIENT_ID"], os.environ["DOLLR_CLIENT_SECRET"])
renewing = threading.Lock()


def send(request: dollr.Request) -> Answer | Lost:
    """With the bearer token."""
    use = bearer()
    if use is None:
        return Lost(sent=False)
    answer = once(request, {"Authorization": f"Bearer {use.bearer}"})
    if isinstance(answer, Answer) and answer.status == 401:
        token.expired(use)
    return answer


def bearer() -> dollr.Use | None:
    """The token to call with; none where the vendor gives none."""
    with renewing:
        while True:
            match token.next(time.time_ns() // 1_000_000):
                case dollr.Use() as use:
                    return use
                case dollr.Obtain(request):
                    match once(request, {}), time.time_ns() // 1_000_000:
                        case Answer(status, headers, body), now:
                            token.apply_answer(request, status, body, now, headers)
                        case Lost(sent), now:
                            token.apply_lost(request, now, sent)
                case _:
                    return None


def once(request: dollr.Request, headers: dict[str, str]) -> Answer | Lost:
    """On a connection of its own; nothing is followed, repeated, unpacked, or left to the environment."""
    url = os.environ.get("DOLLR_BASE_URL", "https://api.heydollr.app") + request.path
    headers = {"Accept-Encoding": "identity", **dict(request.headers), **headers}
    with httpx.Client(trust_env=False, follow_redirects=False, timeout=20) as http:
        try:
            with http.stream(request.method, url, headers=headers, content=request.body) as answer:
                body = b"".join(itertools.islice(answer.iter_raw(64 * 1024), 16))
        except (httpx.ConnectError, httpx.ConnectTimeout):
            return Lost(sent=False)
        except httpx.HTTPError:
            return Lost(sent=True)
    return Answer(answer.status_code, answer.headers.multi_items(), body)

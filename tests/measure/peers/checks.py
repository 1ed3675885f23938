"""Status checks from Python: by this package, and as careful users write them with requests and httpx."""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
import threading
import time
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

WARM_UP = 50
TOKEN = "9f2c1d7a.a-token-as-long-as-a-real-one.5b0e4c68a1d94f3f8a7c2e6d"
AMOUNT = Decimal("250.00")


class WrongError(Exception):
    """An answer that a careful user does not take."""


def judge(status: int, body: bytes, payment: str) -> None:
    """What a careful user does with an answer: it is about this payment, over this amount, and goes on."""
    told = json.loads(body, parse_float=Decimal)
    if status != 200 or told["reference_id"] != payment:
        raise WrongError(body)
    if Decimal(told["payer_amount"]) != AMOUNT or told["payer_currency"] != "USD":
        raise WrongError(body)
    if told["status"] not in ("PENDING", "PROCESSING"):
        raise WrongError(body)


class Task:
    """What is asked for: where, by how many at the same time, for how long, about what."""

    def __init__(self, url: str, threads: str, millis: str, folder: str) -> None:
        self.url, self.threads, self.window = url, int(threads), int(millis) / 1e3
        self.folder = Path(folder)
        self.payments = (self.folder / "payments").read_text().split()

    def turns(self, n: int) -> Iterator[str]:
        """The payments again and again, from another place for each thread."""
        begin = n * len(self.payments) // self.threads
        return itertools.cycle(self.payments[begin:] + self.payments[:begin])


def tell(checks: int, began: float, cpu: float, by: str) -> None:
    """Prints what was done since."""
    cpu, seconds = time.process_time() - cpu, time.perf_counter() - began
    print(json.dumps({"checks": checks, "seconds": seconds, "cpu": cpu, "version": by}))


def in_threads(task: Task, by: str, new: Callable[[], Callable[[str], None]]) -> None:
    """So many threads with a check each, which is made again and again."""
    begin, over = threading.Barrier(task.threads + 1), threading.Event()
    counts = [0] * task.threads

    def one(n: int) -> None:
        check, turns, done, is_over = new(), task.turns(n), 0, over.is_set
        for _ in range(WARM_UP):
            check(next(turns))
        begin.wait()
        while not is_over():
            check(next(turns))
            done += 1
        counts[n] = done

    threads = [threading.Thread(target=one, args=(n,)) for n in range(task.threads)]
    for thread in threads:
        thread.start()
    begin.wait()
    began, cpu = time.perf_counter(), time.process_time()
    time.sleep(task.window)
    over.set()
    for thread in threads:
        thread.join()
    tell(sum(counts), began, cpu, by)


async def in_tasks(task: Task, by: str, check: Callable[[str], Awaitable[None]]) -> None:
    """So many tasks on one loop."""
    over = False

    async def one(n: int, at_most: int) -> int:
        turns, done = task.turns(n), 0
        while done < at_most and not over:
            await check(next(turns))
            done += 1
        return done

    await asyncio.gather(*(one(n, WARM_UP) for n in range(task.threads)))
    began, cpu = time.perf_counter(), time.process_time()
    tasks = [asyncio.create_task(one(n, sys.maxsize)) for n in range(task.threads)]
    await asyncio.sleep(task.window)
    over = True
    tell(sum(await asyncio.gather(*tasks)), began, cpu, by)


def by_dollr(task: Task) -> None:
    """By the package, blocking."""
    import dollr

    client = dollr.Client(
        client_id="id", client_secret="secret", base_url=task.url, journal=str(task.folder / "payments.db")
    )

    def check(payment: str) -> None:
        if not isinstance(client.status(payment).verdict, dollr.Open):
            raise WrongError(payment)

    in_threads(task, "", lambda: check)


async def by_dollr_aio(task: Task) -> None:
    """By the package, in asyncio."""
    import dollr.aio

    async with dollr.aio.Client(
        client_id="id", client_secret="secret", base_url=task.url, journal=str(task.folder / "payments.db")
    ) as client:

        async def check(payment: str) -> None:
            if not isinstance((await client.status(payment)).verdict, dollr.Open):
                raise WrongError(payment)

        await in_tasks(task, "", check)


def by_requests(task: Task) -> None:
    """A session for each thread."""
    import requests

    def new() -> Callable[[str], None]:
        session = requests.Session()
        session.trust_env = False
        session.headers["authorization"] = f"Bearer {TOKEN}"

        def check(payment: str) -> None:
            answer = session.get(
                f"{task.url}/v1/status/collection/{payment}", timeout=30, allow_redirects=False
            )
            judge(answer.status_code, answer.content, payment)

        return check

    in_threads(task, version("requests"), new)


async def by_httpx(task: Task) -> None:
    """One client for all tasks."""
    import httpx

    async with httpx.AsyncClient(
        base_url=task.url, headers={"authorization": f"Bearer {TOKEN}"}, timeout=30, trust_env=False
    ) as client:

        async def check(payment: str) -> None:
            answer = await client.get(f"/v1/status/collection/{payment}")
            judge(answer.status_code, answer.content, payment)

        await in_tasks(task, version("httpx"), check)


def main() -> None:
    """Says what was done, in a line."""
    which, task = sys.argv[1], Task(*sys.argv[2:])
    if which == "dollr":
        by_dollr(task)
    elif which == "dollr-aio":
        asyncio.run(by_dollr_aio(task))
    elif which == "requests":
        by_requests(task)
    elif which == "httpx":
        asyncio.run(by_httpx(task))
    else:
        sys.exit(f"no client is called {which}")


if __name__ == "__main__":
    main()

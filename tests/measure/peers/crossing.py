"""What `next` costs on an open payment, in nanoseconds: `crossing.py SNAPSHOT NOW`."""

from __future__ import annotations

import sys
import timeit

import dollr

CALLS = 20_000


def main() -> None:
    """The least of some batches."""
    payment, now = dollr.Execution.restore(sys.argv[1]), int(sys.argv[2])
    if not isinstance(payment.next(now), dollr.Wait):
        sys.exit("it does not wait")
    print(min(timeit.repeat(lambda: payment.next(now), number=CALLS, repeat=20)) / CALLS * 1e9)


if __name__ == "__main__":
    main()

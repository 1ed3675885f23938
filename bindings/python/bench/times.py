"""How long an import, a question and a whole payment take, where the wheel is installed."""

from __future__ import annotations

import subprocess
import sys
import timeit

START = 1_750_000_000_000
REFERENCE = "07070707-0707-4707-8707-070707070707"
TIMED = "import time; began = time.perf_counter(); import dollr; print((time.perf_counter() - began) * 1e3)"


def told(status: str) -> bytes:
    """What the status API says."""
    return (
        f'{{"reference_id": "{REFERENCE}", "status": "{status}", "operation_type": "COLLECTION",'
        ' "payer_amount": 250.00, "payer_currency": "USD"}'
    ).encode()


def main() -> None:
    """Prints a line for each."""
    imports = [float(subprocess.check_output([sys.executable, "-c", TIMED])) for _ in range(9)]
    print(f"import dollr          {sorted(imports)[4]:8.2f} ms (median of 9)")

    import dollr

    intent = dollr.Intent.collection(REFERENCE, 55, "18", "USD", amount="250.00")
    payment = dollr.Execution.prepare(intent, START)
    payment.apply_recorded(START)
    sent = payment.next(START)
    assert isinstance(sent, dollr.Send)
    payment.apply_answer(sent.request, 200, told("PENDING"), START)

    def per_call(what: str, call: object, number: int) -> None:
        best = min(timeit.repeat(call, number=number, repeat=7))  # type: ignore[arg-type]
        print(f"{what:21} {best / number * 1e9:8.0f} ns")

    def whole() -> None:
        fresh = dollr.Execution.prepare(intent, START)
        fresh.apply_recorded(START)
        for status, now in (("PENDING", START), ("COMPLETED", START + 60_000)):
            action = fresh.next(now)
            assert isinstance(action, dollr.Send)
            fresh.apply_answer(action.request, 200, told(status), now)

    per_call("next(now): Wait", lambda: payment.next(START), 200_000)
    per_call("next(now): Send", lambda: payment.next(START + 60_000), 100_000)
    per_call("snapshot()", payment.snapshot, 20_000)
    per_call("a whole payment", whole, 5_000)


if __name__ == "__main__":
    main()

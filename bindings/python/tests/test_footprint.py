"""What the package takes: memory for each payment, and what it imports."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from pathlib import Path

import dollr
import pytest
from conftest import START, intent, told


def resident() -> int:
    """Kilobytes of memory in use."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


def pay() -> None:
    payment = dollr.Execution.prepare(intent(), START)
    action = payment.next(START)
    assert isinstance(action, dollr.Record)
    payment.apply_recorded(START)
    for status in ("PENDING", "COMPLETED"):
        sent = payment.next(START) if status == "PENDING" else payment.next(START + 60_000)
        assert isinstance(sent, dollr.Send)
        payment.apply_answer(sent.request, 200, told(status), START)
    payment.snapshot()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is read from /proc")
def test_memory_stays_flat_over_100_000_payments() -> None:
    for _ in range(5_000):
        pay()
    gc.collect()
    before = resident()
    for _ in range(100_000):
        pay()
    gc.collect()
    # Twenty bytes a payment would be two megabytes.
    assert resident() - before < 2_000


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="open files are listed in /proc")
def test_a_journal_that_nobody_has_any_more_leaves_no_file_open(tmp_path: Path) -> None:
    def opened() -> list[str]:
        links = [Path("/proc/self/fd", number) for number in os.listdir("/proc/self/fd")]
        return [str(link.readlink()) for link in links if link.is_symlink()]

    def has_it() -> bool:
        return any(name.startswith(str(tmp_path)) for name in opened())

    journal = dollr.Journal(tmp_path / "payments.db")
    assert journal.entries() == []
    assert has_it()
    del journal
    assert not has_it()


def test_importing_needs_nothing_that_is_slow() -> None:
    code = "import sys, dollr; print(sorted({'asyncio', 'dataclasses', 'typing', 'logging', 'ssl', 'inspect'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=False,
                         env={"PYTHONPATH": str(Path(dollr.__file__).parents[1])}, timeout=30)  # fmt: skip
    assert run.stdout == "[]\n", run.stderr

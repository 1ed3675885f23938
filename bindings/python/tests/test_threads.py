"""The threads on which blocking calls are made: how many there are, and that a fork finds none."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from conftest import Simulator
from test_client import client, collect
from test_processes import ended, python

# The threads of calls, by the system's numbers.
OF_CALLS = """
def of_calls():
    found = set()
    for tid in os.listdir("/proc/self/task"):
        try:
            with open(f"/proc/self/task/{tid}/comm") as name:
                if name.read() == "dollr\\n":
                    found.add(tid)
        except OSError:
            pass  # It has just ended.
    return found
def until(there):
    deadline = time.monotonic() + 5
    while not there() and time.monotonic() < deadline:
        time.sleep(0.01)
    return there()
"""
threads_are_listed = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="threads are counted in /proc"
)


@threads_are_listed
def test_call_after_call_starts_no_thread_and_a_crowd_leaves_few(sim: Simulator, tmp_path: Path) -> None:
    code = """
shop = new()
idle = []
for _ in range(100):
    shop.status(sys.argv[5])
    idle.append(of_calls())
print(all(idle), len(set().union(*idle)))
crowd = [threading.Thread(target=lambda: shop.wait(sys.argv[5], patience=3)) for _ in range(24)]
for thread in crowd: thread.start()
most = len(crowd) if until(lambda: len(of_calls()) == len(crowd)) else len(of_calls())
for thread in crowd: thread.join()
print(most, until(lambda: len(of_calls()) <= 8))
"""
    report = collect(client(sim, tmp_path), "3000", patience=0)
    assert ended(python(OF_CALLS + code, sim, tmp_path, report.key)) == (0, "True 1\n24 True\n", "")


@threads_are_listed
def test_a_brief_call_stays_on_a_thread_that_hears_no_signals(sim: Simulator, tmp_path: Path) -> None:
    code = """
import logging
logging.basicConfig(level=logging.DEBUG, stream=sys.stdout, format="%(name)s")
def look():
    shop = new()
    began = of_calls()
    reports = [shop.status(sys.argv[5]) for _ in range(20)]
    print(len(began), len(of_calls()), {report.status_calls for report in reports})
looker = threading.Thread(target=look)
looker.start()
looker.join()
"""
    report = collect(client(sim, tmp_path), "3000", patience=0)
    status, out, err = ended(python(OF_CALLS + code, sim, tmp_path, report.key))
    *said, last = out.splitlines()
    assert (status, last, err) == (0, "0 0 {1}", "")
    assert len(said) >= 20, "each call is told of"
    assert set(said) == {"dollr"}


@threads_are_listed
def test_a_fork_finds_no_idle_thread_and_waits_for_none(sim: Simulator, tmp_path: Path) -> None:
    code = """
shop = new()
shop.reconcile()
before = len(of_calls())
began = time.monotonic()
child = os.fork()
if child == 0:
    os._exit(0)
took = time.monotonic() - began
os.waitpid(child, 0)
print(before, until(lambda: not of_calls()), took < 5)
shop.reconcile()
"""
    assert ended(python(OF_CALLS + code, sim, tmp_path)) == (0, "1 True True\n", "")

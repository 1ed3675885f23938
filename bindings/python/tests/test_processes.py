"""What happens around a call: Ctrl-C, forks, the interpreter's end, and subinterpreters."""

from __future__ import annotations

import gc
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import weakref
from pathlib import Path

import dollr
import pytest
from conftest import Simulator
from dollr import _dollr
from test_client import client, collect

SETTINGS = "base_url=sys.argv[1], client_id=sys.argv[2], client_secret=sys.argv[3], journal=sys.argv[4]"


def python(code: str, sim: Simulator, folder: Path, *more: str) -> subprocess.Popen[str]:
    """Another interpreter with the client's settings in its arguments."""
    arguments = [
        sim.url,
        sim.credentials["client_id"],
        sim.credentials["client_secret"],
        str(folder / "payments.db"),
    ]
    code = f"import sys, os, threading, time, signal, dollr\nnew = lambda: dollr.Client({SETTINGS})\n{code}"
    command = [sys.executable, "-c", code, *arguments, *more]
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def ended(process: subprocess.Popen[str], within: float = 20) -> tuple[int, str, str]:
    try:
        out, err = process.communicate(timeout=within)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        pytest.fail(f"it hangs: {process.communicate()}")
    return process.returncode, out, err


def test_ctrl_c_is_heard_at_once_and_the_payment_resumes(sim: Simulator, tmp_path: Path) -> None:
    code = """
# Who started the tests may have had it ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
shop = new()
print("waiting", flush=True)
try:
    shop.wait(sys.argv[5], patience=60)
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""
    report = collect(client(sim, tmp_path), "1003", patience=0)
    process = python(code, sim, tmp_path, report.key)
    assert process.stdout is not None
    assert process.stdout.readline() == "waiting\n"
    time.sleep(0.3)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.stdout.readline() == "interrupted\n"
    assert time.monotonic() - began < 0.5
    assert ended(process)[0] == 0
    assert isinstance(client(sim, tmp_path).wait(report.key, patience=30).verdict, dollr.Paid)
    assert len(sim.charges()) == 1


def test_goods_that_were_claimed_for_who_was_interrupted_are_there_for_others(
    sim: Simulator, tmp_path: Path
) -> None:
    code = """
class OutOfTime(Exception): pass
def stop(*_): raise OutOfTime
signal.signal(signal.SIGALRM, stop)
shop = new()
for claim in (lambda: shop.claim_fulfilment(sys.argv[5]), lambda: shop.next_paid(term=60)):
    input()
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        claim()
    except OutOfTime:
        print("interrupted", flush=True)
    input()
    for _ in range(500):
        found = shop.next_paid(term=60)
        if found is not None:
            break
        time.sleep(0.01)
    print(found and (found.key, shop.release(found.key)), flush=True)
"""
    report = collect(client(sim, tmp_path), "1000")
    process = python(code, sim, tmp_path, report.key)
    assert process.stdin is not None
    assert process.stdout is not None
    with sqlite3.connect(tmp_path / "payments.db", isolation_level=None) as busy:
        for _ in range(2):
            busy.execute("BEGIN IMMEDIATE")
            print("now", file=process.stdin, flush=True)
            assert process.stdout.readline() == "interrupted\n"
            busy.execute("COMMIT")
            print("and", file=process.stdin, flush=True)
            assert process.stdout.readline() == f"({report.key!r}, True)\n"
    assert ended(process) == (0, "", "")


def test_whoever_looks_at_a_machine_while_it_rejects_an_event_is_answered(
    sim: Simulator, tmp_path: Path
) -> None:
    code = """
payment = dollr.Execution.prepare(dollr.Intent.collection(dollr.new_reference_id(), 55, "18", "USD"), 1000)
begin = dollr.IllegalEventError.__init__
def look(*args, **facts):
    # As a signal handler or a finalizer may, or another thread.
    print(payment.state, flush=True)
    begin(*args, **facts)
dollr.IllegalEventError.__init__ = look
try:
    payment.apply_shown(1000)
except dollr.IllegalEventError:
    print("rejected")
"""
    assert ended(python(code, sim, tmp_path)) == (0, "Prepared\nrejected\n", "")


def test_a_client_that_shows_by_its_owners_method_goes_with_it(sim: Simulator, tmp_path: Path) -> None:
    class Shop:
        def __init__(self) -> None:
            self.client = dollr.Client(
                base_url=sim.url, **sim.credentials, journal=tmp_path / "payments.db", show=self.show
            )

        def show(self, key: str, secret: str) -> None: ...

    gone = weakref.ref(Shop())
    gc.collect()
    assert gone() is None


def test_eight_children_of_a_fork_say_so_and_work_with_a_client_of_their_own(
    sim: Simulator, tmp_path: Path
) -> None:
    code = """
shop = new()
shop.reconcile()
busy_until = time.monotonic() + 3
def look():
    journal = dollr.Journal(f"{sys.argv[4]}-busy")
    while time.monotonic() < busy_until:
        journal.entries()
        journal = dollr.Journal(f"{sys.argv[4]}-busy")
busy = [threading.Thread(target=look) for _ in range(4)]
machine = dollr.Source.watch("INVOICE:1", "USD", 1, 0)
for thread in busy: thread.start()
children = []
for n in range(8):
    child = os.fork()
    if child == 0:
        signal.alarm(20)
        code = 1
        try:
            for call in (shop.reconcile, shop.new_reference_id, lambda: shop.create_session("INVOICE:101")):
                try:
                    call()
                    os._exit(2)
                except dollr.ForkedError as error:
                    assert "after the fork" in str(error)
            machine.apply_hint(1)
            del shop
            own = dollr.Client(base_url=sys.argv[1], client_id=sys.argv[2], client_secret=sys.argv[3],
                journal=f"{sys.argv[4]}-{n}")
            checkout = own.create_checkout(phone="231770000001", currency="USD", items=[("a", 5)])
            report = own.collect(session=own.create_session(checkout.source), account="1000", currency="USD")
            assert isinstance(report.verdict, dollr.Paid), report
            os.write(1, f"{report.key}\\n".encode())
            code = 0
        except BaseException as error:
            os.write(2, repr(error).encode())
        finally:
            os._exit(code)
    children.append(child)
codes = [os.waitpid(child, 0)[1] for child in children]
children = []
for n in range(60):
    child = os.fork()
    if child == 0:
        signal.alarm(10)
        dollr.Journal(f"{sys.argv[4]}-quick-{n}").entries()
        os._exit(0)
    children.append(child)
    time.sleep(0.01)
codes += [os.waitpid(child, 0)[1] for child in children]
for thread in busy: thread.join()
shop.reconcile()
print(set(codes))
"""
    status, out, err = ended(python(code, sim, tmp_path), within=60)
    *keys, codes = out.splitlines()
    assert (status, codes) == (0, str({0})), err
    assert len(set(keys)) == 8


def test_nobody_enters_a_journal_while_the_interpreter_forks(tmp_path: Path) -> None:
    """T22: what Python asks before and after a fork, with the moment between them made long."""
    journal = dollr.Journal(tmp_path / "payments.db")
    entering = threading.Thread(target=journal.entries, daemon=True)
    _dollr._before_fork()
    try:
        entering.start()
        entering.join(0.5)
        assert entering.is_alive()
    finally:
        _dollr._after_fork_in_parent()
    entering.join(10)
    assert not entering.is_alive()


def test_a_child_may_open_what_its_parent_has_closed_and_nothing_else(sim: Simulator, tmp_path: Path) -> None:
    """T22: SQLite's locks are one process's, and a file that is open in the parent is not safe in the child."""
    code = """
opened, closed = dollr.Journal(f"{sys.argv[4]}-opened"), dollr.Journal(f"{sys.argv[4]}-closed")
del closed
child = os.fork()
if child == 0:
    signal.alarm(20)
    code = 1
    try:
        assert dollr.Journal(f"{sys.argv[4]}-closed").entries() == []
        try:
            dollr.Journal(f"{sys.argv[4]}-opened")
        except dollr.ForkedError:
            code = 0
    finally:
        os._exit(code)
print(os.waitpid(child, 0)[1])
assert opened.entries() == []
"""
    status, out, err = ended(python(code, sim, tmp_path))
    assert (status, out) == (0, "0\n"), err


def test_a_child_that_python_did_not_fork_has_threads_of_its_own(sim: Simulator, tmp_path: Path) -> None:
    code = """
import ctypes
fork = ctypes.PyDLL(None).fork
shop = new()
shop.reconcile()
child = fork()
if child == 0:
    signal.alarm(10)
    dollr.Journal(f"{sys.argv[4]}-child").entries()
    os._exit(0)
status = os.waitpid(child, 0)[1]
shop.reconcile()
print(status)
"""
    assert ended(python(code, sim, tmp_path)) == (0, "0\n", "")


def test_the_interpreter_ends_while_threads_wait(sim: Simulator, tmp_path: Path) -> None:
    code = """
shop = new()
for _ in range(4):
    threading.Thread(target=lambda: shop.wait(sys.argv[5], patience=60), daemon=True).start()
time.sleep(0.3)
print("over", flush=True)
"""
    report = collect(client(sim, tmp_path), "3000", patience=0)
    began = time.monotonic()
    for _ in range(3):
        assert ended(python(code, sim, tmp_path, report.key)) == (0, "over\n", "")
    assert time.monotonic() - began < 30
    assert isinstance(client(sim, tmp_path).status(report.key).verdict, dollr.Open)


def test_a_process_that_is_killed_in_a_collection_leaves_one_that_resumes(
    sim: Simulator, tmp_path: Path
) -> None:
    code = """
shop = new()
checkout = shop.create_checkout(phone="231770000001", currency="USD", items=[("a", 5)])
session = shop.create_session(checkout.source)
print("collecting", flush=True)
shop.collect(session=session, account="1003", currency="USD", order="A-1")
"""
    process = python(code, sim, tmp_path)
    assert process.stdout is not None
    assert process.stdout.readline() == "collecting\n"
    journal = tmp_path / "payments.db"
    deadline = time.monotonic() + 10
    while not sim.charges() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.kill()
    ended(process)
    (entry,) = dollr.Journal(journal).entries(open=True)
    assert isinstance(client(sim, tmp_path).wait(entry.key, patience=30).verdict, dollr.Paid)
    assert len(sim.charges()) == 1


def test_a_subinterpreter_is_refused() -> None:
    code = """
try:
    import _interpreters as sub
except ImportError:
    import _xxsubinterpreters as sub
import dollr
it = sub.create()
said = None
try:
    said = sub.run_string(it, "import dollr")
except BaseException as error:
    said = error
print("refused" if said is not None and "ImportError" in repr(said) + str(said) else f"taken: {said!r}")
"""
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False
    )
    assert (run.returncode, run.stdout) == (0, "refused\n"), run.stderr

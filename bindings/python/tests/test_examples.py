"""The examples do what they say, against the simulated vendor."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import dollr
import httpx
import pytest
from conftest import Simulator

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


class Host:
    """An example's process: its environment, its folder."""

    def __init__(self, sim: Simulator, folder: Path) -> None:
        self.sim, self.folder = sim, folder
        self.servers: list[subprocess.Popen[str]] = []
        self.settings = {
            "DOLLR_BASE_URL": sim.url,
            "DOLLR_CLIENT_ID": sim.credentials["client_id"],
            "DOLLR_CLIENT_SECRET": sim.credentials["client_secret"],
            "DOLLR_JOURNAL": str(folder / "payments.db"),
            "SHOP_DATABASE": str(folder / "shop.db"),
        }

    def run(self, *arguments: str) -> str:
        """Runs Python with these arguments, to its good end."""
        environment = {**os.environ, **self.settings, "PYTHONPATH": str(EXAMPLES)}
        command = [sys.executable, *arguments]
        run = subprocess.run(
            command, capture_output=True, text=True, cwd=self.folder, env=environment, timeout=60, check=False
        )
        assert run.returncode == 0, run.stdout + run.stderr
        return run.stdout

    def manage(self, *arguments: str) -> str:
        return self.run(str(EXAMPLES / "django_shop" / "manage.py"), *arguments)


@pytest.fixture
def host(sim: Simulator, tmp_path: Path) -> Iterator[Host]:
    host = Host(sim, tmp_path)
    yield host
    for server in host.servers:
        server.kill()
        server.wait()


def test_the_script_collects_ships_once_and_goes_on_by_reference_id(host: Host) -> None:
    reference, shipped = host.run(str(EXAMPLES / "collect.py")).splitlines()
    assert shipped == "ship A-1: 250.00 USD"
    assert host.run(str(EXAMPLES / "collect.py"), reference.split()[-1]) == ""
    assert len(host.sim.charges()) == 1


VISITS = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
sys.path.insert(0, sys.argv[1])
import django
django.setup()
from django.test import Client
browser = Client()
for visit in sys.argv[2:]:
    order, _, account = visit.partition("=")
    if account:
        page = browser.post(f"/orders/{order}/pay", {"account": account})
        print(page.status_code, page.headers.get("Location", page.content.decode()))
    else:
        print(browser.get(f"/orders/{order}/success").content.decode())
"""
UNKNOWN = "We don't know yet. Do not pay again: this page will say when it is paid."
ON_ITS_WAY = "Paid. Order A-1 is on its way."
SENT_ON = "302 /orders/A-1/success"


class Shop(Host):
    """The shop on Django; each round of visits is in another process."""

    def browse(self, *visits: str) -> list[str]:
        return self.run("-c", VISITS, str(EXAMPLES / "django_shop"), *visits).splitlines()


@pytest.fixture
def shop(sim: Simulator, tmp_path: Path) -> Shop:
    shop = Shop(sim, tmp_path)
    shop.manage("migrate", "--run-syncdb", "--verbosity=0")
    return shop


def test_the_django_shop_charges_once_however_often_it_is_clicked_and_ships_once(shop: Shop) -> None:
    assert shop.browse("A-1=1000", "A-1=1000", "A-1", "A-1") == [
        SENT_ON,
        SENT_ON,
        "ship A-1",
        ON_ITS_WAY,
        ON_ITS_WAY,
    ]
    assert len(shop.sim.charges()) == 1
    assert shop.manage("reconcile_payments") == ""


def test_the_django_success_page_opened_by_hand_proves_nothing(shop: Shop) -> None:
    assert shop.browse("A-1=3000", "A-1") == [SENT_ON, UNKNOWN]
    shop.manage("reconcile_payments")
    assert shop.browse("A-1") == [UNKNOWN]


def test_the_django_command_finds_what_a_lost_answer_has_left(shop: Shop) -> None:
    shop.sim.control("/_sim/faults", {"at": "execute", "kind": "drop", "when": "after"})
    shop.sim.control("/_sim/faults", {"at": "status", "kind": "drop"})
    # The money has moved; neither answer came through, and the worker of the page is gone.
    assert shop.browse("A-1=1000") == [SENT_ON]
    assert len(shop.sim.charges()) == 1
    deadline, said = time.monotonic() + 30, ""
    while "Paid" not in said and time.monotonic() < deadline:
        time.sleep(0.2)
        said = shop.manage("reconcile_payments")
    assert said == "ship A-1\nA-1: Paid\n"
    assert shop.browse("A-1=1000", "A-1") == [SENT_ON, ON_ITS_WAY]
    assert len(shop.sim.charges()) == 1


def test_a_declined_order_of_the_django_shop_can_be_paid_again(shop: Shop) -> None:
    assert shop.browse("A-1=2000", "A-1", "A-1=1000", "A-1") == [
        SENT_ON, "Not paid: Failed.", SENT_ON, "ship A-1", ON_ITS_WAY,
    ]  # fmt: skip
    assert len(shop.sim.charges()) == 1


def test_what_the_django_shop_could_not_send_is_not_charged_and_the_order_is_free(shop: Shop) -> None:
    shop.sim.control("/_sim/faults", {"at": "execute", "kind": "status", "code": 429})
    assert shop.browse("A-1=1000", "A-1") == [SENT_ON, "Not paid: NotSent."]
    assert shop.browse("A-1=1000", "A-1") == [SENT_ON, "ship A-1", ON_ITS_WAY]
    assert len(shop.sim.charges()) == 1


TOGETHER = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
sys.path.insert(0, sys.argv[1])
import django
django.setup()
from django.db import transaction
from shop.models import Payment
first, second = Payment.objects.get(), Payment.objects.get()
print(first.keep("what the first has learned", next_at=1), second.keep("what the second has", next_at=2))
second.refresh_from_db()
print(second.snapshot)
try:
    with transaction.atomic():
        second.keep("not on disk yet", next_at=3)
except RuntimeError as error:
    print("refused")
"""


def test_of_two_django_workers_one_writes_and_never_within_an_open_transaction(shop: Shop) -> None:
    """I1, I14."""
    assert shop.browse("A-1=3000") == [SENT_ON]
    said = shop.run("-c", TOGETHER, str(EXAMPLES / "django_shop"))
    assert said.splitlines() == ["True False", "what the first has learned", "refused"]


class Server:
    """The shop on FastAPI, as uvicorn runs it, until it is told to end."""

    def __init__(self, host: Host) -> None:
        environment = {**os.environ, **host.settings, "PYTHONPATH": str(EXAMPLES), "RECONCILE_EVERY": "1"}
        command = [sys.executable, "-m", "uvicorn", "fastapi_app:app", "--port", "0", "--log-level", "info"]
        self.process = subprocess.Popen(
            command,
            cwd=host.folder,
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        host.servers.append(self.process)
        self.watchdog = threading.Timer(60, self.process.kill)
        self.watchdog.start()
        assert self.process.stdout is not None
        said = next(line for line in self.process.stdout if "Uvicorn running on" in line)
        self.url = said.split("running on ")[1].split()[0]

    def pay(self, account: str) -> httpx.Response:
        return httpx.post(f"{self.url}/pay", json={"order": "A-1", "account": account}, timeout=30)

    def events(self, reference_id: str) -> list[str]:
        with httpx.stream("GET", f"{self.url}/payments/{reference_id}/events", timeout=30) as answer:
            return [json.loads(line[6:])["verdict"] for line in answer.iter_lines() if line]

    def says(self, text: str) -> None:
        """Waits until it has."""
        assert self.process.stdout is not None
        assert any(text in line for line in self.process.stdout), f"it ended without {text!r}"

    def end(self) -> str:
        """What it has said since, up to its orderly end."""
        self.process.send_signal(signal.SIGTERM)
        said, _ = self.process.communicate(timeout=30)
        self.watchdog.cancel()
        # Uvicorn ends by the signal that it was told to end by.
        assert self.process.returncode in (0, -signal.SIGTERM)
        return said


def test_the_fastapi_page_hears_at_once_that_it_is_paid_and_a_second_click_which_payment_there_is(
    host: Host,
) -> None:
    server = Server(host)
    paid = server.pay("1001")
    reference_id = paid.json()["reference_id"]
    again = server.pay("1001")
    assert (paid.status_code, again.status_code) == (202, 409)
    assert again.json() == {"detail": {"reference_id": reference_id}}
    assert server.events(reference_id) in (["Open", "Paid"], ["Paid"])
    assert httpx.get(f"{server.url}/payments/{reference_id}").json() == {"verdict": "Paid", "over": True}
    assert httpx.get(f"{server.url}/payments/{dollr.new_reference_id()}").status_code == 404
    assert len(host.sim.charges()) == 1
    server.says(f"ship {reference_id}")
    said = server.end()
    assert "ship" not in said
    assert "Traceback" not in said


def test_what_a_fastapi_worker_leaves_another_one_goes_on_with(host: Host) -> None:
    first = Server(host)
    reference_id = first.pay("1003").json()["reference_id"]
    assert "ship" not in first.end()
    second = Server(host)
    # It may be found paid before the page asks for the first time.
    assert second.events(reference_id) in (["Open", "Paid"], ["Paid"])
    assert len(host.sim.charges()) == 1
    second.says(f"ship {reference_id}")
    assert "ship" not in second.end()


TASK = """
import sys
import celery_tasks
celery_tasks.app.conf.task_always_eager = True
reference, account, patience = sys.argv[1:]
for _ in range(2):
    print(celery_tasks.collect.delay(reference, "INVOICE:101", account, "250.00", "A-1", float(patience)).get())
"""


def test_the_celery_task_is_one_payment_however_often_it_is_delivered(host: Host) -> None:
    said = host.run("-c", TASK, dollr.new_reference_id(), "1000", "0")
    assert said.splitlines() == ["ship A-1", "Paid", "Paid"]
    assert len(host.sim.charges()) == 1


def test_the_celery_task_comes_back_until_there_is_a_verdict(host: Host) -> None:
    # Eager mode does not wait until a retry is due, so each run has the patience to.
    said = host.run("-c", TASK, dollr.new_reference_id(), "18", "2")
    assert said.splitlines() == ["ship A-1", "Paid", "Paid"]
    assert len(host.sim.charges()) == 1

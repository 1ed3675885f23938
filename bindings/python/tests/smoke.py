"""The wheel on whichever interpreter runs this: an engine's payment, a client's, a fork, and a refusal. No pytest is needed."""

from __future__ import annotations

import os
import pickle
import sys
import sysconfig
import tempfile
import threading

import dollr

REFERENCE = "07070707-0707-4707-8707-070707070707"
START = 1_750_000_000_000

MATCH = """
match done:
    case dollr.Done(dollr.Paid(dollr.Settlement(amount, currency))):
        assert (str(amount), currency) == ("250.00", "USD")
    case _:
        raise AssertionError(done)
"""


def engine() -> None:
    intent = dollr.Intent.collection(REFERENCE, 55, "18", "USD", amount="250.00")
    payment = dollr.Execution.prepare(intent, START)
    payment.apply_recorded(START)
    for status in ("PENDING", "COMPLETED"):
        action = payment.next(START if status == "PENDING" else START + 60_000)
        assert isinstance(action, dollr.Send), action
        body = f'{{"reference_id": "{REFERENCE}", "status": "{status}", "operation_type": "COLLECTION", "payer_amount": 250.00, "payer_currency": "USD"}}'
        payment.apply_answer(action.request, 200, body.encode(), START)
    done = payment.next(START)
    assert isinstance(done, dollr.Done)
    assert isinstance(done.verdict, dollr.Paid), done
    if sys.version_info >= (3, 10):
        exec(MATCH, {"done": done, "dollr": dollr})
    assert pickle.loads(pickle.dumps(payment)) == payment
    assert pickle.loads(pickle.dumps(done.verdict)) == done.verdict
    try:
        dollr.Execution.restore("{}")
    except dollr.SnapshotError:
        return
    raise AssertionError("an empty snapshot was taken")


def threads() -> None:
    """Eight on one machine. With a free-threaded interpreter they run at the same time (T26)."""
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        # An extension that says nothing of it would have switched the GIL on.
        assert not getattr(sys, "_is_gil_enabled")()  # noqa: B009
    source = dollr.Source.watch("INVOICE:1", "USD", 1, START)

    def ring() -> None:
        for n in range(2_000):
            source.apply_hint(START + n)
            source.next(START + n)

    ringing = [threading.Thread(target=ring) for _ in range(8)]
    for thread in ringing:
        thread.start()
    for thread in ringing:
        thread.join()
    assert source.state == "Watching"


def client(url: str, client_id: str, client_secret: str, folder: str) -> None:
    place = os.path.join(folder, "payments.db")
    shop = dollr.Client(base_url=url, client_id=client_id, client_secret=client_secret, journal=place)
    checkout = shop.create_checkout(phone="231770000001", currency="USD", items=[("Shoes", "5.00")])
    session = shop.create_session(checkout.source)
    report = shop.collect(session=session, account="1000", currency="USD", amount="5.00")
    assert isinstance(report.verdict, dollr.Paid), report
    child = os.fork()
    if child == 0:
        try:
            shop.status(report.key)
        except dollr.ForkedError:
            os._exit(0)
        os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
    # The interpreter ends while this one waits.
    left = shop.collect(
        session=shop.create_session("INVOICE:101"), account="3000", currency="USD", patience=0
    )
    threading.Thread(target=lambda: shop.wait(left.key, patience=60), daemon=True).start()


if __name__ == "__main__":
    engine()
    threads()
    client(sys.argv[1], sys.argv[2], sys.argv[3], tempfile.mkdtemp())
    print("ok", sys.version.split()[0])

"""
Collects a payment for an order, ships once, and never charges twice: a plain script.

The environment says where: DOLLR_CLIENT_ID, DOLLR_CLIENT_SECRET, DOLLR_BASE_URL.
After a crash, run it again with the reference id that it printed.
"""

from __future__ import annotations

import sys

import dollr


def main() -> None:
    """Begins a payment, or goes on with the one that is named."""
    shop = dollr.Client(journal="payments.db")
    if len(sys.argv) > 1:
        report = shop.wait(sys.argv[1])
    else:
        session = shop.create_session("INVOICE:101")
        reference_id = dollr.new_reference_id()
        print("reference id", reference_id, flush=True)
        report = shop.collect(
            session=session,
            account="18",
            currency="USD",
            amount="250.00",
            order="A-1",
            reference_id=reference_id,
        )
    if isinstance(report.verdict, dollr.Paid):
        if isinstance(shop.claim_fulfilment(report.key), dollr.Claimed):
            print("ship A-1:", report.verdict.settlement.amount, report.verdict.settlement.currency)
            shop.fulfilled(report.key)
    elif isinstance(report.verdict, dollr.Open):
        print("not a failure: ask again later, never pay again:", report.key)
    else:
        print("A-1:", report.verdict)


if __name__ == "__main__":
    main()

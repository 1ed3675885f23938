"""From cron, every two minutes: finds what a crash has left, and what a customer has walked away from."""

from __future__ import annotations

import dollr
from django.core.management.base import BaseCommand

from ... import payments, views
from ...models import Payment


class Command(BaseCommand):
    """Any number may run at the same time."""

    help = "Asks Dollr about each payment that is due, and ships what is paid."

    def handle(self, **_options: object) -> None:
        """One visit each."""
        for payment in Payment.objects.filter(next_at__lte=payments.now()).order_by("next_at"):
            try:
                payments.look_after(payment)
            except dollr.DollrError as error:
                self.stderr.write(f"{payment.order}: {error}")
            if payment.claim():
                views.ship(payment.order)
            self.stdout.write(f"{payment.order}: {payment.verdict}")

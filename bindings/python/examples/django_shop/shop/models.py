"""The shop's own table. What the engine knows is one text column; `next_at` says when to come back."""

from django.db import models, transaction
from django.db.models import Q

NO_MONEY_MOVED = ("Failed", "Refused", "NotLanded", "NotSent")


class Payment(models.Model):
    """One attempt to be paid for an order."""

    order = models.CharField(max_length=40)
    reference_id = models.UUIDField(unique=True)
    snapshot = models.TextField()
    next_at = models.BigIntegerField(null=True, db_index=True)
    """Milliseconds since the epoch; null where there is no more to come."""
    verdict = models.CharField(max_length=20, default="Open")
    paid = models.BooleanField(default=False)
    shipped = models.BooleanField(default=False)

    class Meta:
        """Who clicks twice, or tries again while the first attempt may be paid, is not charged twice."""

        constraints = (
            models.UniqueConstraint(
                fields=["order"], condition=~Q(verdict__in=NO_MONEY_MOVED), name="one_attempt_at_a_time"
            ),
        )

    def keep(self, snapshot: str, *, verdict: str = "Open", paid: bool = False, next_at: int | None) -> bool:
        """Commits what is known now. False where somebody else has changed the row since it was read."""
        known = {"snapshot": snapshot, "verdict": verdict, "paid": paid, "next_at": next_at}
        # Durable: what is sent after this must be on disk, so no transaction may be open around it.
        with transaction.atomic(durable=True):
            if self.pk is None:
                fresh = Payment.objects.create(order=self.order, reference_id=self.reference_id, **known)
                self.pk = fresh.pk
            elif not Payment.objects.filter(pk=self.pk, snapshot=self.snapshot).update(**known):
                return False
        for name, value in known.items():
            setattr(self, name, value)
        return True

    def claim(self) -> bool:
        """May I ship? True once for whoever asks."""
        return Payment.objects.filter(pk=self.pk, paid=True, shipped=False).update(shipped=True) == 1

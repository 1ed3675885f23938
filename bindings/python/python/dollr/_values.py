"""Verdicts and other answers: plain values, to be matched, compared, and pickled."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from decimal import Decimal
    from typing import Any, ClassVar

    from typing_extensions import dataclass_transform
else:

    def dataclass_transform(**_):
        """At run time the base class does it all; `dataclasses` would double the time of `import dollr`."""
        return lambda decorated: decorated


@dataclass_transform(frozen_default=True)
class Value:
    """A frozen record of the fields that its class names."""

    __match_args__: ClassVar[tuple[str, ...]] = ()
    _secret: ClassVar[frozenset[str]] = frozenset()

    def __init_subclass__(cls) -> None:
        # Of the fields none is inherited.
        names = tuple(name for name in cls.__annotations__ if name[0] != "_")
        cls.__match_args__ = names  # type: ignore[misc]

    if not TYPE_CHECKING:

        def __init__(self, *args, **kwargs):
            names = self.__match_args__
            if len(args) > len(names):
                raise TypeError(f"{type(self).__name__} takes at most {len(names)} values, not {len(args)}")
            fields = dict(zip(names, args))
            for name, value in kwargs.items():
                if name not in names or name in fields:
                    raise TypeError(f"{type(self).__name__} has no such field, or twice: {name}")
                fields[name] = value
            for name in names:
                if name not in fields and not hasattr(type(self), name):
                    raise TypeError(f"{type(self).__name__} misses the field {name}")
            self.__dict__.update(fields)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def _fields(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in self.__match_args__)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other._fields() == self._fields()

    def __hash__(self) -> int:
        return hash((type(self), self._fields()))

    def __repr__(self) -> str:
        shown = (
            (name, "***" if name in self._secret else repr(getattr(self, name)))
            for name in self.__match_args__
        )
        return f"{type(self).__name__}({', '.join(f'{name}={value}' for name, value in shown)})"

    def __reduce__(self) -> tuple[Callable[..., Value], tuple[Any, ...]]:
        return type(self), self._fields()


class Problem(Value):
    """One thing that the vendor does not like."""

    field: str | None
    """Which field of the request, such as `body.amount`."""
    message: str
    """What is wrong with it."""


class Settlement(Value):
    """What was paid, as the status API said it."""

    amount: Decimal | None
    """In major units."""
    currency: str | None
    """An ISO 4217 code."""
    source: str | None
    """The invoice or order, such as `INVOICE:101`."""
    provider_transaction_id: str | None
    """The wallet's or card provider's own number of it."""
    paid_at: datetime | None
    """When, by the vendor's clock."""


class Verdict(Value):
    """How a payment stands."""


class Paid(Verdict):
    """The status API said so for this very payment, with what was expected."""

    settlement: Settlement


class Failed(Verdict):
    """It was declined or fell through; no money moved."""

    reason: str | None


class Refused(Verdict):
    """The vendor would not take the request; no money moved."""

    http_status: int
    errors: tuple[Problem, ...]


class NotLanded(Verdict):
    """The request never arrived, and cannot any more; no money moved."""


class Canceled(Verdict):
    """The invoice or order was called off."""


class Mismatch(Verdict):
    """It is paid, but not what was ordered: a person must look."""

    field: str
    expected: str
    answered: str


class Open(Verdict):
    """Not a failure: it may still be paid. Ask again later, never pay again."""

    progress: str
    """`not_sent`, `unknown`, or `known`, and then `status` says how far it is."""
    status: str | None
    """The vendor's word, such as `PENDING`."""
    trouble: str | None
    """Why the last question got no answer, if it did not."""


class Stuck(Verdict):
    """A person must look: it is open after its horizon, or not what was ordered."""

    why: str
    """`horizon` or `mismatch`."""
    mismatch: Mismatch | None


class Conflict(Value):
    """A later answer that contradicts a final verdict."""

    ended: str
    """The state that it had ended in."""
    answered: str
    """What the vendor says now."""
    at: datetime | None
    """When, by the caller's clock."""


class Report(Value):
    """How a payment stands, and what it took to know."""

    key: str
    """The reference id, or the source such as `INVOICE:101`."""
    verdict: Verdict
    state: str
    conflict: Conflict | None
    execute_calls: int
    """Requests that move money, made now."""
    status_calls: int
    """Questions about the status, asked now."""
    elapsed: float
    """How many seconds that took."""


class Session(Value):
    """A short-lived permission to execute for a source."""

    id: int
    source: str
    """What it was made for."""
    expires_at: datetime | None
    """By the vendor's clock."""


class Checkout(Value):
    """A hosted page: send the customer to `url`, keep `source` with the order, then verify that."""

    source: str
    url: str
    total: Decimal | None
    currency: str | None


class RealtimeKey(Value):
    """What a browser opens the channel of one payment with. Its repr hides the key."""

    _secret = frozenset({"access_token"})

    access_token: str
    expires_in: float
    """How many seconds it lives."""


class Claimed(Value):
    """You may ship, and nobody else: then say `fulfilled`, or `release` if you cannot."""

    settlement: Settlement


class AlreadyClaimed(Value):
    """Somebody else ships, or has shipped."""

    key: str
    """For which payment: maybe another one of the same order."""
    by: str
    at: datetime | None


class NotPaid(Value):
    """Nobody may ship, as far as the journal knows."""

    verdict: Verdict


class Delivery(Value):
    """A paid payment whose goods are yours to hand out, for a while."""

    key: str
    order: str | None
    settlement: Settlement


class Summary(Value):
    """What a run of `reconcile` has come to."""

    asked: int
    """How many payments were due and asked about."""
    verdicts: Mapping[str, int]
    """How they stand now, by the name of their verdict."""
    paid: tuple[str, ...]
    """Those that are paid since this run."""
    conflicts: tuple[str, ...]
    """Those whose end is contradicted now: a person must look."""
    stuck: tuple[str, ...]
    """Those for whom a person must look, until `Client.resolve` is called for each."""
    duplicates: tuple[str, ...]
    """Those of an order that another one has paid for, until a person has resolved each."""
    not_sent: tuple[str, ...]
    """Those that were prepared and never sent."""
    unreadable: tuple[tuple[str, str], ...]
    """Rows that cannot be read, and why."""
    calls: int
    throttled: int
    """Of those, how many were answered 429."""
    cool_down: float | None
    """How many seconds the vendor wants to be left alone, where that ended the run."""
    stopped: bool
    backlog: tuple[int, int]
    """How many payments are open, and how many are due, after it."""

    @property
    def needs_a_person(self) -> bool:
        """Whether a person must look at something that this run has found."""
        return bool(self.conflicts or self.stuck or self.duplicates or self.unreadable)


class Entry(Value):
    """A payment as the journal has it."""

    key: str
    order: str | None
    state: str
    open: bool
    """Whether there is more to come."""
    due: datetime | None
    """When somebody should look after it."""
    snapshot: str
    """For `Execution.restore` or `Source.restore`."""

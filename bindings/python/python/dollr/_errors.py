"""What can go wrong. A decline is a verdict, not an exception; no exception holds a secret."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ._values import Problem


class DollrError(Exception):
    """It could not be done. A payment that had begun is as the journal has it: go on with `wait`."""

    reference_id: str | None
    """The payment that it happened to, if it had begun; of an `OrderTakenError`, the holder."""
    http_status: int | None
    """The status of the vendor's answer, where that is the reason."""
    errors: tuple[Problem, ...]
    """What the vendor said of it."""
    retry_after: float | None
    """How many seconds the vendor wants to be left alone, where it says so."""
    outcome_unknown: bool
    """Whether the request may have arrived all the same."""

    def __init__(
        self,
        message: str = "",
        *,
        reference_id: str | None = None,
        http_status: int | None = None,
        errors: tuple[Problem, ...] = (),
        retry_after: float | None = None,
        outcome_unknown: bool = False,
    ) -> None:
        super().__init__(message)
        self.reference_id = reference_id
        self.http_status = http_status
        self.errors = errors
        self.retry_after = retry_after
        self.outcome_unknown = outcome_unknown

    def __reduce__(self) -> tuple[Callable[..., DollrError], tuple[object, ...], dict[str, object]]:
        return type(self), self.args, self.__dict__


class ConfigError(DollrError):
    """A setting is missing or wrong; the sentence names it."""


class InvalidError(DollrError, ValueError):
    """A value is none of its kind, such as a reference id that is no version-4 UUID."""


class AuthenticationError(DollrError):
    """The vendor does not know the credentials."""


class RefusedError(DollrError):
    """The vendor would not do it. Payments end in the verdict `Refused` instead."""


class RateLimitedError(DollrError):
    """The vendor asks to be left alone for a while."""


class TransportError(DollrError):
    """There was no usable answer."""


class BadAnswerError(DollrError):
    """The answer was not what it should be."""


class JournalError(DollrError):
    """The journal could not do what it was asked."""


class OrderTakenError(JournalError):
    """
    Another attempt at the order has moved money or still may, or the source is another order's:
    `reference_id` says which.
    """


class ExistsError(JournalError):
    """The journal has a payment with this reference id already: go on with `wait`."""


class UnrecordedError(JournalError, LookupError):
    """The journal has no such payment."""


class SnapshotError(DollrError, ValueError):
    """A text that is no snapshot to go on from."""


class IllegalEventError(DollrError):
    """An event that cannot be in this state; the machine is as it was."""


class ForkedError(DollrError):
    """A client or journal was made before this process was forked: make a new one after the fork."""


class InternalError(DollrError):
    """A mistake of this library."""

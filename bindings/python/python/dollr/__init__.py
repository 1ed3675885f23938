"""
Has this been paid? Mobile-money and card payments by the Dollr Open API, never charged twice.

`Client` moves and verifies payments, blocking, and keeps them in a `Journal`; `dollr.aio` is for asyncio.

The engine decides and never acts: ask `next(now)`, do as it says, and say what happened with `apply_…`.
A moment is an aware `datetime`, or an `int` of milliseconds since the epoch; money is `Decimal`.
"""

from __future__ import annotations

import os

from ._dollr import (
    VERSION,
    Act,
    Channel,
    Client,
    Close,
    Connect,
    Denied,
    Done,
    Ended,
    Execution,
    Intent,
    Journal,
    MintKey,
    Obtain,
    Passcode,
    Policy,
    Push,
    Record,
    Request,
    Ring,
    Send,
    Source,
    Token,
    Use,
    Wait,
    _after_fork_in_child,
    _after_fork_in_parent,
    _before_fork,
    reference_id_from,
)
from ._errors import (
    AuthenticationError,
    BadAnswerError,
    ConfigError,
    DollrError,
    ExistsError,
    ForkedError,
    IllegalEventError,
    InternalError,
    InvalidError,
    JournalError,
    OrderTakenError,
    RateLimitedError,
    RefusedError,
    SnapshotError,
    TransportError,
    UnrecordedError,
)
from ._values import (
    AlreadyClaimed,
    Canceled,
    Checkout,
    Claimed,
    Conflict,
    Delivery,
    Entry,
    Failed,
    Mismatch,
    NotLanded,
    NotPaid,
    Open,
    Paid,
    Problem,
    RealtimeKey,
    Refused,
    Report,
    Session,
    Settlement,
    Stuck,
    Summary,
    Verdict,
)

__all__ = [
    "Act",
    "AlreadyClaimed",
    "AuthenticationError",
    "BadAnswerError",
    "Canceled",
    "Channel",
    "Checkout",
    "Claimed",
    "Client",
    "Close",
    "ConfigError",
    "Conflict",
    "Connect",
    "Delivery",
    "Denied",
    "DollrError",
    "Done",
    "Ended",
    "Entry",
    "Execution",
    "ExistsError",
    "Failed",
    "ForkedError",
    "IllegalEventError",
    "Intent",
    "InternalError",
    "InvalidError",
    "Journal",
    "JournalError",
    "MintKey",
    "Mismatch",
    "NotLanded",
    "NotPaid",
    "Obtain",
    "Open",
    "OrderTakenError",
    "Paid",
    "Passcode",
    "Policy",
    "Problem",
    "Push",
    "RateLimitedError",
    "RealtimeKey",
    "Record",
    "Refused",
    "RefusedError",
    "Report",
    "Request",
    "Ring",
    "Send",
    "Session",
    "Settlement",
    "SnapshotError",
    "Source",
    "Stuck",
    "Summary",
    "Token",
    "TransportError",
    "UnrecordedError",
    "Use",
    "Verdict",
    "Wait",
    "__version__",
    "new_reference_id",
]

__version__ = VERSION

# A child that is born while a thread is inside SQLite would find its locks taken for ever.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork_in_child
    )


def new_reference_id() -> str:
    """A new id for one attempt to move money, from the operating system's random source."""
    return reference_id_from(os.urandom(16))

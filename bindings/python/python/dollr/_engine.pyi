# What the engine has: level 2. At run time all of it is in `_dollr`.

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar, Literal, final
from uuid import UUID

from typing_extensions import TypeAlias

from ._values import Conflict, Problem, Session, Verdict

_Moment: TypeAlias = datetime | int
_Span: TypeAlias = timedelta | float
_Money: TypeAlias = Decimal | int | str
_Name: TypeAlias = str | int | UUID
_Kind: TypeAlias = Literal["INVOICE", "ORDER"]
_Headers: TypeAlias = Mapping[str, str] | Iterable[tuple[str, str]]

@final
class Request:
    @property
    def method(self) -> Literal["GET", "POST"]: ...
    @property
    def path(self) -> str: ...
    @property
    def body(self) -> bytes | None: ...
    @property
    def headers(self) -> tuple[tuple[str, str], ...]: ...
    @property
    def authorized(self) -> bool: ...

@final
class Record:
    __match_args__: ClassVar[tuple[Literal["snapshot"]]]
    @property
    def snapshot(self) -> str: ...

@final
class Send:
    __match_args__: ClassVar[tuple[Literal["request"]]]
    @property
    def request(self) -> Request: ...

@final
class Wait:
    __match_args__: ClassVar[tuple[Literal["until"], Literal["why"]]]
    @property
    def until(self) -> int: ...
    @property
    def at(self) -> datetime | None: ...
    @property
    def why(self) -> str: ...

@final
class Act:
    __match_args__: ClassVar[tuple[Literal["client_secret"]]]
    @property
    def client_secret(self) -> str: ...

@final
class Done:
    __match_args__: ClassVar[tuple[Literal["verdict"]]]
    @property
    def verdict(self) -> Verdict: ...

@final
class Passcode:
    def __new__(
        cls,
        code: str,
        *,
        phone: str | None = None,
        user: str | None = None,
        device_name: str = "",
        device_type: str = "",
        platform: str = "",
        user_agent: str = "",
        client_ip: str = "",
    ) -> Passcode: ...

@final
class Policy:
    def __new__(
        cls,
        *,
        patience: _Span | None = None,
        horizon: _Span | None = None,
        schedule: Literal["mobile_money", "cards"] | tuple[_Span, list[tuple[_Span, _Span]]] = "mobile_money",
        resend_after: _Span | None = None,
        sends: int = 2,
    ) -> Policy: ...
    @property
    def patience(self) -> float: ...
    @property
    def horizon(self) -> float: ...

@final
class Intent:
    @classmethod
    def collection(
        cls,
        reference_id: _Name,
        session: Session | _Name,
        account: _Name,
        currency: str,
        *,
        amount: _Money | None = None,
        session_expires_at: _Moment | None = None,
        source: _Name | None = None,
    ) -> Intent: ...
    @classmethod
    def payout(
        cls,
        reference_id: _Name,
        session: Session | _Name,
        account: _Name,
        passcode: Passcode,
        *,
        amount: _Money | None = None,
        currency: str | None = None,
        session_expires_at: _Moment | None = None,
    ) -> Intent: ...
    @classmethod
    def transfer(
        cls,
        reference_id: _Name,
        session: Session | _Name,
        *,
        amount: _Money | None = None,
        currency: str | None = None,
        session_expires_at: _Moment | None = None,
    ) -> Intent: ...
    @classmethod
    def refund(
        cls,
        reference_id: _Name,
        session: Session | _Name,
        *,
        amount: _Money | None = None,
        currency: str | None = None,
        session_expires_at: _Moment | None = None,
    ) -> Intent: ...
    @property
    def reference_id(self) -> str: ...
    @property
    def operation(self) -> str: ...

class _Machine:
    def next(self, now: _Moment) -> Record | Send | Wait | Act | Done: ...
    def apply_recorded(self, now: _Moment) -> None: ...
    def apply_answer(
        self, request: Request, status: int, body: bytes, now: _Moment, headers: _Headers | None = None
    ) -> None: ...
    def apply_lost(self, request: Request, now: _Moment, sent: bool = True) -> None: ...
    def apply_hint(self, now: _Moment) -> None: ...
    def apply_shown(self, now: _Moment) -> None: ...
    def apply_resumed(self, patience: _Span, now: _Moment) -> None: ...
    def apply_adopted(self, now: _Moment, horizon: _Span | None = None) -> None: ...
    def snapshot(self) -> str: ...
    def ask(self) -> Request | None: ...
    def due(self, now: _Moment) -> int | None: ...
    def explain(self, now: _Moment) -> list[str]: ...
    @property
    def key(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def verdict(self) -> Verdict: ...
    @property
    def conflict(self) -> Conflict | None: ...
    @property
    def is_paid(self) -> bool: ...
    @property
    def is_terminal(self) -> bool: ...
    @property
    def asks(self) -> int: ...
    def __eq__(self, other: object, /) -> bool: ...

@final
class Execution(_Machine):
    @classmethod
    def prepare(cls, intent: Intent, now: _Moment, policy: Policy | None = None) -> Execution: ...
    @classmethod
    def restore(cls, snapshot: str) -> Execution: ...
    @property
    def reference_id(self) -> str: ...
    @property
    def sends(self) -> int: ...

@final
class Source(_Machine):
    @classmethod
    def watch(
        cls, source: _Name, currency: str, total: _Money, now: _Moment, policy: Policy | None = None
    ) -> Source: ...
    @classmethod
    def restore(cls, snapshot: str) -> Source: ...
    @property
    def source(self) -> str: ...

@final
class MintKey:
    __match_args__: ClassVar[tuple[Literal["request"]]]
    @property
    def request(self) -> Request: ...

@final
class Connect:
    __match_args__: ClassVar[tuple[Literal["until"]]]
    @property
    def until(self) -> int: ...
    def target(self, anon_key: str) -> str: ...

@final
class Push:
    __match_args__: ClassVar[tuple[Literal["text"]]]
    @property
    def text(self) -> str: ...

@final
class Ring: ...

@final
class Close: ...

@final
class Ended:
    __match_args__: ClassVar[tuple[Literal["why"]]]
    @property
    def why(self) -> str: ...

@final
class Channel:
    @classmethod
    def watch(
        cls,
        session: _Name,
        kind: _Kind,
        reference_id: _Name,
        now: _Moment,
        *,
        life: _Span | None = None,
    ) -> Channel: ...
    def next(self, now: _Moment) -> MintKey | Connect | Push | Ring | Close | Wait | Ended: ...
    def apply_answer(
        self, request: Request, status: int, body: bytes, now: _Moment, headers: _Headers | None = None
    ) -> None: ...
    def apply_unanswered(self, request: Request, now: _Moment) -> None: ...
    def apply_connected(self, now: _Moment) -> None: ...
    def apply_unconnected(self, now: _Moment, status: int | None = None) -> None: ...
    def apply_sent(self, push: Push, now: _Moment) -> None: ...
    def apply_text(self, text: str, now: _Moment) -> None: ...
    def apply_binary(self, now: _Moment) -> None: ...
    def apply_closed(self, now: _Moment) -> None: ...
    def apply_hinted(self, now: _Moment) -> None: ...
    def apply_leave(self, now: _Moment) -> None: ...
    def is_live(self, now: _Moment) -> bool: ...
    def safety_poll(self, due: _Moment, asked: _Moment, now: _Moment) -> int: ...
    @property
    def state(self) -> str: ...

@final
class Use:
    __match_args__: ClassVar[tuple[Literal["bearer"]]]
    @property
    def bearer(self) -> str: ...

@final
class Obtain:
    __match_args__: ClassVar[tuple[Literal["request"]]]
    @property
    def request(self) -> Request: ...

@final
class Denied:
    __match_args__: ClassVar[tuple[Literal["http_status"], Literal["errors"]]]
    @property
    def http_status(self) -> int: ...
    @property
    def errors(self) -> tuple[Problem, ...]: ...

@final
class Token:
    def __new__(cls, client_id: str, client_secret: str) -> Token: ...
    def next(self, now: _Moment) -> Use | Obtain | Wait | Denied: ...
    def apply_answer(
        self, request: Request, status: int, body: bytes, now: _Moment, headers: _Headers | None = None
    ) -> None: ...
    def apply_lost(self, request: Request, now: _Moment, sent: bool = True) -> None: ...
    def expired(self, used: Use) -> None: ...
    @property
    def state(self) -> str: ...

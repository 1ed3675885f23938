from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import Literal, TypedDict, final

from ._engine import (
    Act as Act,
    Channel as Channel,
    Close as Close,
    Connect as Connect,
    Denied as Denied,
    Done as Done,
    Ended as Ended,
    Execution as Execution,
    Intent as Intent,
    MintKey as MintKey,
    Obtain as Obtain,
    Passcode as Passcode,
    Policy as Policy,
    Push as Push,
    Record as Record,
    Request as Request,
    Ring as Ring,
    Send as Send,
    Source as Source,
    Token as Token,
    Use as Use,
    Wait as Wait,
    _Kind as _Kind,
    _Moment as _Moment,
    _Money as _Money,
    _Name as _Name,
    _Span as _Span,
)
from ._values import (
    AlreadyClaimed,
    Checkout,
    Claimed,
    Delivery,
    Entry,
    NotPaid,
    RealtimeKey,
    Report,
    Session,
    Summary,
)

VERSION: str

def reference_id_from(random: bytes) -> str: ...
def _before_fork() -> None: ...
def _after_fork_in_parent() -> None: ...
def _after_fork_in_child() -> None: ...

@final
class Journal:
    def __new__(cls, place: str | PathLike[str]) -> Journal: ...
    def load(self, key: str) -> Entry | None: ...
    def entries(self, *, limit: int = 100, open: bool = False) -> list[Entry]: ...

@final
class Client:
    def __new__(
        cls,
        *,
        client_id: str | None = None,
        client_secret: str | None = None,
        base_url: str | None = None,
        journal: Journal | str | PathLike[str] | None = None,
        policy: Policy | None = None,
        show: Callable[[str, str], object] | None = None,
        user_agent: str | None = None,
        proxy: str | None = None,
        name: str | None = None,
        ca_bundle: str | PathLike[str] | None = None,
        connect_timeout: _Span | None = None,
        read_timeout: _Span | None = None,
        total_timeout: _Span | None = None,
        rate: tuple[int, _Span] | None = None,
        realtime_url: str | None = None,
        anon_key: str | None = None,
    ) -> Client: ...
    def collect(
        self,
        *,
        session: Session | _Name,
        account: _Name,
        currency: str,
        amount: _Money | None = None,
        reference_id: _Name | None = None,
        order: str | None = None,
        despite: str | None = None,
        patience: _Span | None = None,
        realtime: _Kind | None = None,
        session_expires_at: _Moment | None = None,
        source: _Name | None = None,
    ) -> Report: ...
    def execute(
        self,
        intent: Intent,
        *,
        order: str | None = None,
        despite: str | None = None,
        patience: _Span | None = None,
        realtime: _Kind | None = None,
    ) -> Report: ...
    def create_session(self, source: _Name) -> Session: ...
    def create_checkout(
        self,
        *,
        phone: str,
        currency: str,
        items: list[tuple[str, _Money]],
        kind: _Kind | None = None,
        success_url: str | None = None,
        cancel_url: str | None = None,
        customer_name: str | None = None,
        customer_email: str | None = None,
        reference_id: _Name | None = None,
        expires_at: _Moment | None = None,
        note: str | None = None,
    ) -> Checkout: ...
    def verify_source(
        self,
        source: _Name,
        *,
        currency: str,
        total: _Money,
        order: str | None = None,
        patience: _Span | None = None,
    ) -> Report: ...
    def wait(self, reference_id: _Name, *, patience: _Span | None = None) -> Report: ...
    def watch(self, reference_id: _Name, kind: _Kind, *, patience: _Span | None = None) -> Report: ...
    def status(self, reference_id: _Name) -> Report: ...
    def realtime_key(self, session: Session | _Name, kind: _Kind, reference_id: _Name) -> RealtimeKey: ...
    def reconcile(
        self, *, workers: int = 8, rate: tuple[int, _Span] | None = None, horizon: _Span | None = None
    ) -> Summary: ...
    def claim_fulfilment(self, key: _Name) -> Claimed | AlreadyClaimed | NotPaid: ...
    def fulfilled(self, key: _Name) -> bool: ...
    def release(self, key: _Name) -> bool: ...
    def resolve(self, key: _Name, why: str) -> bool: ...
    def next_paid(self, *, term: _Span, since: _Moment | None = None) -> Delivery | None: ...
    def new_reference_id(self) -> str: ...
    def _stepwise(self) -> Client: ...
    def _wire(self) -> _Wire: ...

class _Settings(TypedDict, total=False):
    client_id: str | None
    client_secret: str | None
    base_url: str | None
    journal: Journal | str | PathLike[str] | None
    policy: Policy | None
    user_agent: str | None
    proxy: str | None
    name: str | None
    ca_bundle: str | PathLike[str] | None
    connect_timeout: _Span | None
    read_timeout: _Span | None
    total_timeout: _Span | None
    rate: tuple[int, _Span] | None
    realtime_url: str | None
    anon_key: str | None

@final
class _Run:
    def merge(self, later: _Run) -> _Run: ...
    def summary(self) -> Summary: ...

@final
class _Alarm:
    def fileno(self) -> int: ...
    def rung(self) -> list[int]: ...

@final
class _Wire:
    @property
    def base_url(self) -> str: ...
    @property
    def user_agent(self) -> str: ...
    @property
    def ca_bundle(self) -> Path | None: ...
    @property
    def proxy(self) -> str | None: ...
    @property
    def connect_timeout(self) -> float: ...
    @property
    def read_timeout(self) -> float: ...
    @property
    def total_timeout(self) -> float: ...
    @property
    def largest_body(self) -> int: ...

@final
class _Outgoing:
    @property
    def method(self) -> Literal["GET", "POST"]: ...
    @property
    def path(self) -> str: ...
    @property
    def moves_money(self) -> bool: ...
    def headers(self) -> list[tuple[str, str]]: ...
    def body(self) -> bytes | None: ...

@final
class _Step:
    @property
    def wants_journal(self) -> bool: ...
    @property
    def request(self) -> _Outgoing | None: ...
    @property
    def until(self) -> int | None: ...
    @property
    def over(self) -> bool: ...
    @property
    def result(self) -> object: ...
    @property
    def shown(self) -> list[tuple[str, str]]: ...

@final
class _Steps:
    def next(self, alarm: _Alarm, call: int) -> _Step: ...
    def try_next(self, alarm: _Alarm, call: int) -> _Step: ...
    def answered(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None: ...
    def lost(self, sent: bool, why: str) -> None: ...
    def leave(self) -> None: ...

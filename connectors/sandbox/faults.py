"""Every fault this exchange can have, by name: what it does, what it strikes, what may be set of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from connectors.sandbox.setting_faults import wrong
from desk.contracts.dto import Dto, Fraction, Positive, Symbol
from desk.contracts.sides import OrderSide


class CallKind(StrEnum):
    """What a call is; one call may be several things: a stop is placed, a close is placed."""

    PLACE = "place"
    STOP = "stop"
    CLOSE = "close"
    AMEND = "amend"
    CANCEL = "cancel"
    READ = "read"
    PUBLIC = "public"
    STREAM = "stream"
    MARKET_STREAM = "market_stream"


class Stage(StrEnum):
    """Where a fault strikes: before a request is looked at, after it was done, or elsewhere."""

    BEFORE = "before"
    AFTER = "after"
    STATE = "state"
    STREAM = "stream"
    EVENT = "event"


@dataclass(frozen=True, slots=True)
class Fault:
    """Describe one fault; `parameters` are the settings it heeds besides when and what it strikes."""

    name: str
    stage: Stage
    summary: str
    strikes: tuple[CallKind, ...] = ()
    parameters: tuple[str, ...] = ()


_WRITES: Final = (CallKind.PLACE, CallKind.AMEND, CallKind.CANCEL)
_SIGNED: Final = (*_WRITES, CallKind.READ)
_REST: Final = (*_SIGNED, CallKind.PUBLIC)
_STREAMS: Final = (CallKind.STREAM, CallKind.MARKET_STREAM)

_BEFORE: Final = (
    Fault("latency", Stage.BEFORE, "the request arrives late", _REST, ("delay_ms",)),
    Fault("hang_before", Stage.BEFORE, "no answer ever, nothing was done", _REST),
    Fault("reset_before", Stage.BEFORE, "the connection breaks, nothing was done", _REST),
    Fault("error_before", Stage.BEFORE, "an HTTP error, nothing was done", _REST, ("status",)),
    Fault("forbidden", Stage.BEFORE, "a firewall's HTTP 403 page, nothing was done", _REST),
    Fault("too_many_requests", Stage.BEFORE, "HTTP 429 with Retry-After", _SIGNED, ("retry_after_s",)),
    Fault("rate_limited", Stage.BEFORE, "code 10006 with the limit's headers", _SIGNED),
    Fault("banned", Stage.BEFORE, "HTTP 403, access too frequent, for as long as it lasts", _REST),
    Fault("rejected", Stage.BEFORE, "the venue says no with `code`", _WRITES, ("code", "message")),
    Fault("key_refused", Stage.BEFORE, "the key is no longer known", _SIGNED, ("code", "message")),
    Fault("maintenance", Stage.BEFORE, "HTTP 503 on everything, nothing was done", _REST),
    Fault(
        "cancel_only", Stage.BEFORE, "orders are cancelled but not taken", (CallKind.PLACE, CallKind.AMEND)
    ),
)
_AFTER: Final = (
    Fault("slow_answer", Stage.AFTER, "done at once, answered late", _REST, ("delay_ms",)),
    Fault("hang_after", Stage.AFTER, "done, and no answer ever", _REST),
    Fault("reset_after", Stage.AFTER, "done, and the connection breaks", _REST),
    Fault("truncated", Stage.AFTER, "done, and the body ends after `kept_bytes`", _REST, ("kept_bytes",)),
    Fault("empty_answer", Stage.AFTER, "done, and the body is empty", _REST),
    Fault("html_answer", Stage.AFTER, "done, and the body is a web page with HTTP 200", _REST),
    Fault("error_after", Stage.AFTER, "done, and an HTTP error", _REST, ("status",)),
    Fault("ambiguous_code", Stage.AFTER, "done, and a code that says neither", _WRITES, ("code", "message")),
    Fault("missing_fields", Stage.AFTER, "done, and the result is empty", _SIGNED),
    Fault("foreign_ids", Stage.AFTER, "done, and the answer names another order", _WRITES),
    Fault("rejected_late", Stage.AFTER, "taken, acknowledged, and rejected after all", (CallKind.PLACE,)),
)
_STATE: Final = (
    Fault("stale_reads", Stage.STATE, "reads tell how it was `lag_ms` ago", (CallKind.READ,), ("lag_ms",)),
    Fault("clock_skew", Stage.STATE, "the venue's clock is off by `skew_ms`", (), ("skew_ms",)),
    Fault("halted", Stage.STATE, "a symbol does not trade", (), ("symbol",)),
    Fault(
        "partial_fills",
        Stage.STATE,
        "an order fills by this share per price at most",
        (),
        ("share", "symbol"),
    ),
    Fault("no_liquidity", Stage.STATE, "nothing fills", (), ("symbol",)),
)
_STREAM: Final = (
    Fault("stream_silent", Stage.STREAM, "open, answers pings, tells nothing", _STREAMS),
    Fault("stream_dead", Stage.STREAM, "open, and neither tells nor answers anything", _STREAMS),
    Fault("stream_lost", Stage.STREAM, "messages are lost", _STREAMS),
    Fault("stream_duplicated", Stage.STREAM, "messages come twice", _STREAMS),
    Fault("stream_reordered", Stage.STREAM, "a message comes after the next one", _STREAMS),
    Fault("stream_malformed", Stage.STREAM, "messages are no JSON", _STREAMS),
    Fault("stream_late", Stage.STREAM, "messages come `delay_ms` late", _STREAMS, ("delay_ms",)),
    Fault("stream_refused", Stage.STREAM, "no new connection is taken", _STREAMS),
)
_EVENT: Final = (
    Fault("stream_closed", Stage.EVENT, "every stream is closed once", _STREAMS),
    Fault("stream_reset", Stage.EVENT, "every stream breaks once", _STREAMS),
    Fault("traded_by_hand", Stage.EVENT, "another hand trades", (), ("symbol", "side", "size_base", "key")),
    Fault("closed_by_hand", Stage.EVENT, "another hand closes a position", (), ("symbol", "key")),
    Fault("cancelled_by_hand", Stage.EVENT, "another hand cancels every order", (), ("symbol", "key")),
    Fault("stops_cancelled", Stage.EVENT, "the venue drops every stop", (), ("symbol", "key")),
    Fault("liquidation", Stage.EVENT, "the venue takes a position over", (), ("symbol", "key")),
    Fault("funding", Stage.EVENT, "funding is paid now", (), ("symbol", "rate")),
    Fault("price_jump", Stage.EVENT, "the price jumps by `rate`", (), ("symbol", "rate")),
)
FAULTS: Final[Mapping[str, Fault]] = {
    one.name: one for one in (*_BEFORE, *_AFTER, *_STATE, *_STREAM, *_EVENT)
}
"""Every fault there is, by name."""

_SHARED: Final = frozenset({"fault", "strikes", "path", "times", "skip", "probability", "after_ms", "for_ms"})


class FaultOrder(Dto):
    """Ask for a fault: which, on what, how often, from when and for how long."""

    fault: str = Field(description="the fault's name")
    strikes: tuple[CallKind, ...] = Field(default=(), description="the calls it strikes; else its usual ones")
    path: str = Field(default="", description="only paths, or stream topics, that hold this text")
    symbol: Symbol | None = Field(default=None, description="only this symbol, by the desk's name")
    times: int | None = Field(default=None, ge=1, description="how often at most")
    skip: int = Field(default=0, ge=0, description="how many calls pass first")
    probability: Fraction = Field(default=Decimal(1), description="the chance that a call is struck")
    after_ms: int = Field(default=0, ge=0, description="how long after it was asked for it begins")
    for_ms: int | None = Field(default=None, ge=1, description="how long after it began it ends")
    delay_ms: int = Field(default=1000, ge=0, le=3_600_000, description="how late")
    status: int = Field(default=502, ge=400, le=599, description="the HTTP status")
    code: int | None = Field(default=None, ge=1, description="the venue's code")
    message: str | None = Field(default=None, max_length=200, description="the venue's text")
    retry_after_s: int = Field(default=1, ge=0, description="what Retry-After says")
    kept_bytes: int = Field(default=20, ge=0, description="how much of the body is sent")
    lag_ms: int = Field(default=5000, ge=0, description="how far reads lag")
    skew_ms: int = Field(default=0, description="what the venue's clock is ahead by, or behind")
    share: Fraction = Field(
        default=Decimal("0.3"), description="how much of the order fills at most per price"
    )
    side: OrderSide = Field(default=OrderSide.BUY, description="what the other hand does")
    size_base: Positive | None = Field(default=None, description="how much the other hand trades, in base")
    rate: Annotated[Decimal, Field(gt=-1, lt=10)] = Field(
        default=Decimal("0.01"), description="a share of the price, or of the position's worth"
    )
    key: str | None = Field(default=None, description="the account it befalls; else the first")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        known = FAULTS.get(self.fault)
        if known is None:
            raise wrong(f"unknown fault {self.fault!r}", f"write one of: {', '.join(FAULTS)}")
        allowed = _SHARED | set(known.parameters) | {"symbol"}
        foreign = [one for one in type(self).model_fields if one in self.model_fields_set - allowed]
        if foreign:
            raise wrong(f"{self.fault} does not heed {', '.join(foreign)}", "leave it out")
        needed = {"halted": "symbol", "traded_by_hand": "symbol", "price_jump": "symbol"}.get(self.fault)
        if needed is not None and self.symbol is None:
            raise wrong(f"{self.fault} needs a {needed}", f"add {needed}")
        if self.fault == "traded_by_hand" and self.size_base is None:
            raise wrong("traded_by_hand needs a size_base", "add size_base")
        return self

    @property
    def kind(self) -> Fault:
        """What it is."""
        return FAULTS[self.fault]

    @property
    def calls(self) -> tuple[CallKind, ...]:
        """The calls it strikes."""
        return self.strikes or self.kind.strikes

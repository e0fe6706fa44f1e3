"""Make the book smaller, then leave it, when the account has lost too much."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Self

from pydantic import model_validator

from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.events import (
    ENTRIES_BLOCKED,
    ENTRIES_RELEASED,
    STRATEGY_DIRECTIVE_ISSUED,
    TIME_PASSED,
)
from desk.contracts.manifests import Parameters, WorkerCategory, WorkerManifest, parameter
from desk.contracts.market import ZERO, TimePassed
from desk.contracts.ports.plugin import PluginContext
from desk.contracts.positions import Position
from desk.workers.base import Worker
from desk.workers.prices import is_dust, middle, milliseconds, percent, price_fault, rounded, written
from desk.workers.risk_control.equity_marks import EquityMarks
from desk.workers.risk_control.followed_marks import MARKS_KEY, FollowedMarks
from desk.workers.risk_control.reductions import Reductions, in_care
from desk.workers.risk_control.standing_blocks import EVERYTHING, StandingBlocks

_REBASE = "rebase"
_INPUT, _TOTAL, _DAILY = "input", "total", "daily"
_PROCEED = DispositionEnvelope.CONTINUE
_FOUR_DIGITS = Decimal("0.0001")


class LimitAction(StrEnum):
    """What the second level does to what is held."""

    CLOSE = "close"
    BLOCK = "block"


class DrawdownParameters(Parameters):
    """Say how much may be lost, and what is done at each level."""

    max_drawdown: Decimal = parameter(
        Decimal("0.25"), "fraction of the peak", "The drawdown of the second level.", gt=0, le=1
    )
    reduce_drawdown: Decimal | None = parameter(
        Decimal("0.15"),
        "fraction of the peak",
        "The drawdown of the first level; unset: there is none.",
        gt=0,
    )
    max_daily_loss: Decimal = parameter(
        Decimal("0.04"), "fraction of the day's start", "The daily loss of the second level.", gt=0, le=1
    )
    reduce_daily_loss: Decimal | None = parameter(
        Decimal("0.02"),
        "fraction of the day's start",
        "The daily loss of the first level; unset: there is none.",
        gt=0,
    )
    reduce_factor: Decimal = parameter(
        Decimal("0.5"), "fraction of the size", "What the first level leaves of each trade.", gt=0, lt=1
    )
    action: LimitAction = parameter(
        LimitAction.CLOSE, "", "close: the second level leaves every trade; block: it takes no new risk."
    )
    min_transfer: Decimal = parameter(
        Decimal("0.005"),
        "fraction of the peak",
        "A balance that changes by so much without a fill is a transfer; less is a gain or a loss.",
        gt=0,
        le=1,
    )
    check_every_s: Decimal = parameter(Decimal(5), "s", "How often equity is looked at.", ge=1, le=3600)
    max_price_age_s: Decimal = parameter(
        Decimal(60), "s", "With an older price of what is held, equity is not known.", gt=0, le=86_400
    )
    own_strategy_only: bool = parameter(
        default=False,
        unit="",
        description="Reduce, close and block the own strategy alone; equity is that of the account.",
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        for first, second in (
            ("reduce_drawdown", "max_drawdown"),
            ("reduce_daily_loss", "max_daily_loss"),
        ):
            least, most = getattr(self, first), getattr(self, second)
            if least is not None and not least < most:
                message = f"{first} {least} must be below {second} {most}: leave it out for one level alone"
                raise ValueError(message)
        return self

    def wake_every_ms(self) -> int:
        """Look at equity also where no price comes."""
        return milliseconds(self.check_every_s)

    def cautions(self) -> tuple[str, ...]:
        """Warn of a daily limit that the total one always precedes."""
        if self.max_daily_loss <= self.max_drawdown:
            return ()
        daily, total = percent(self.max_daily_loss), percent(self.max_drawdown)
        return (f"a day may lose {daily} and the peak {total}: the daily limit is never met first",)


@dataclass(frozen=True, slots=True)
class _Limit:
    """Hold one limit: its name, its two levels, and what its loss is measured from, in words."""

    name: str
    first: Decimal | None
    second: Decimal
    measure: str
    until: str

    def level(self, lost: Decimal) -> int:
        """Return which level a loss has reached."""
        if not lost < self.second:
            return 2
        return 1 if self.first is not None and not lost < self.first else 0


class DrawdownLimiter(Worker):
    """Reduce every trade at the first level of a loss, close all at the second; no new risk at either.

    Drawdown is (peak - equity) / peak, daily loss (day start - equity) / day start, with open profit and
    fees in equity. Each level acts once; the total one is over at a new peak, the daily one with the UTC
    day, both with a re-arm, which begins anew at the equity of then. Where equity is not known, or rests on
    a price that is too old, it blocks and closes nothing.
    """

    manifest = WorkerManifest(
        name="drawdown_limiter",
        category=WorkerCategory.RISK_CONTROL,
        summary="Reduces, then closes, when the account has lost too much of its peak or of its day.",
        handlers={TIME_PASSED: "on_time"},
        publishes=frozenset({ENTRIES_BLOCKED, ENTRIES_RELEASED, STRATEGY_DIRECTIVE_ISSUED}),
        parameters=DrawdownParameters,
        state={
            MARKS_KEY: "peak, start of the day, what was breached of them, last equity, transfers known",
            "rebase": "that peak and day begin anew, after a re-arm, once equity is known",
            "block.everything": "why a block stands and since when",
            "reduction.<trade id>": "a trade that is being reduced or left",
        },
    )

    def __init__(self, parameters: DrawdownParameters, context: PluginContext) -> None:
        super().__init__(parameters, context)
        self._parameters = parameters
        own = parameters.own_strategy_only
        self._blocks = StandingBlocks(self, context, own_strategy_only=own)
        self._reductions = Reductions(self, context)
        self._check_ms = milliseconds(parameters.check_every_s)
        self._max_age_ms = milliseconds(parameters.max_price_age_s)
        self._marks = FollowedMarks(context, parameters.min_transfer)
        self._period = -1
        self._began_ms: int | None = None
        self._has_been_known = False
        self._sound_since_ms: int | None = None
        self._limits = (
            _Limit(
                _TOTAL, parameters.reduce_drawdown, parameters.max_drawdown, "its peak",
                "a new peak or a re-arm",
            ),
            _Limit(
                _DAILY, parameters.reduce_daily_loss, parameters.max_daily_loss, "the start of the day",
                "the next day, UTC, or a re-arm",
            ),
        )  # fmt: skip

    def on_time(self, passed: TimePassed) -> DispositionEnvelope:
        """Look at equity, once per period; silent before the first comparison with the venue."""
        period = passed.time_ms // self._check_ms
        if period == self._period or not self.view.is_reconciled():
            return _PROCEED
        self._period = period
        for lifted in self._blocks.look().values():
            if not lifted.reasons.keys() <= {_INPUT}:
                self._reductions.drop()
                self.context.memory.put(_REBASE, "yes")
        self._look(self.view.now_ms())
        return DispositionEnvelope.publish(*self._blocks.events(), *self._reductions.events())

    def _look(self, now_ms: int) -> None:
        """Judge equity, or block where it is not known."""
        equity = self.view.equity()
        flow = self._marks.flow()
        fault = self._fault(equity, flow, now_ms)
        if fault is not None or equity is None or flow is None:
            self._sound_since_ms = None
            if fault is not None and not self._is_waiting(now_ms):
                self._blocks.add(EVERYTHING, _INPUT, fault)
            return
        self._has_been_known = True
        if self._sound_since_ms is None:
            self._sound_since_ms = now_ms
        if now_ms - self._sound_since_ms >= self._max_age_ms:
            self._blocks.end(EVERYTHING, _INPUT, "equity is known again")
        self._judge(equity, flow, now_ms)

    def _fault(self, equity: Decimal | None, flow: Decimal | None, now_ms: int) -> str | None:
        """Name why equity cannot be judged, None where it can."""
        for position in self.view.positions():
            if is_dust(position, self.view):
                continue
            stale = price_fault(self.view.quote(position.symbol), now_ms, self._max_age_ms)
            if stale is not None:
                return f"equity is not known, {position.symbol} is held: {stale}"
        if equity is None or flow is None:
            return "equity is not known: a price or a rate is missing"
        return None if equity.is_finite() else f"equity is not known: it is {equity}"

    def _is_waiting(self, now_ms: int) -> bool:
        """Tell whether what is unknown may still be to come: for a while after a start."""
        if self._began_ms is None:
            self._began_ms = now_ms
        return not self._has_been_known and now_ms - self._began_ms < self._max_age_ms

    def _judge(self, equity: Decimal, flow: Decimal, now_ms: int) -> None:
        """Follow day, peak and transfers, and act on each level that is reached for the first time."""
        marks = self._followed(equity, flow, now_ms)
        levels = {_TOTAL: marks.total_level, _DAILY: marks.daily_level}
        losses = {_TOTAL: marks.drawdown(equity), _DAILY: marks.daily_loss(equity)}
        bases = {_TOTAL: marks.peak, _DAILY: marks.day_start}
        reached = 0
        words = []
        for limit in self._limits:
            level = limit.level(losses[limit.name])
            if level <= levels[limit.name]:
                if not levels[limit.name]:
                    self._blocks.end(EVERYTHING, limit.name, "what was lost is won back or of another day")
                continue
            levels[limit.name] = level
            reached = max(reached, level)
            words.append(self._words(limit, level, equity, bases[limit.name], losses[limit.name]))
            self._blocks.add(EVERYTHING, limit.name, f"{words[-1]}; until {limit.until}", anew=True)
        if reached == 1:
            self._reduce_all("; ".join(words))
        for limit in self._limits:
            if levels[limit.name] > 1:
                said = self._words(limit, 2, equity, bases[limit.name], losses[limit.name])
                self._leave_all(f"{said}: close")
        update = {"total_level": levels[_TOTAL], "daily_level": levels[_DAILY]}
        self._marks.keep(marks.model_copy(update=update))

    def _followed(self, equity: Decimal, flow: Decimal, now_ms: int) -> EquityMarks:
        """Return the marks as they are now: begun, begun anew, or moved with time and transfers."""
        marks = self._marks.moved(equity, flow)
        if marks is None or self.context.memory.get(_REBASE) is not None:
            self.context.memory.put(_REBASE, None)
            return self._marks.begun(equity, now_ms)
        return marks.on_day(equity, now_ms).risen(equity)

    def _reduce_all(self, words: str) -> None:
        """Ask for smaller trades."""
        for position in self._in_care():
            self._reduce(position, words)

    def _leave_all(self, words: str) -> None:
        """Ask for none, of what has filled since the second level was reached too."""
        if self._parameters.action is LimitAction.CLOSE:
            self._reductions.want_none(self._in_care(), words)

    def _in_care(self) -> tuple[Position, ...]:
        own_only = self._parameters.own_strategy_only
        return in_care(self.view.positions(), self.context.strategy_id, own_strategy_only=own_only)

    def _reduce(self, position: Position, words: str) -> None:
        """Ask for a part of a trade, down to the lot; for none of it where that part would be dust."""
        instrument, quote = self.view.instrument(position.symbol), self.view.quote(position.symbol)
        if instrument is None or quote is None:
            return
        left = instrument.floor_size(position.size_base * self._parameters.reduce_factor)
        if instrument.is_dust(left, middle(quote)):
            left = ZERO
        what = f"{written(position.size_base)} → {written(left)} {instrument.base}"
        self._reductions.want(position.trade_id, left, f"{words}: reduce {what}")

    def _words(self, limit: _Limit, level: int, equity: Decimal, mark: Decimal, lost: Decimal) -> str:
        most = limit.second if level > 1 or limit.first is None else limit.first
        shown = lost.quantize(_FOUR_DIGITS)
        return (
            f"equity {rounded(equity)} is {percent(shown)} under {limit.measure}"
            f" {rounded(mark)}, the limit is {percent(most)}"
        )

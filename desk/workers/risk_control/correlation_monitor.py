"""See when several trades are one bet: refuse what would join it, or make it smaller."""

from collections.abc import Iterable, Mapping, Sequence

from pydantic import Field

from desk.contracts.dto import Dto
from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.events import (
    BAR_CLOSED,
    ENTRIES_BLOCKED,
    ENTRIES_RELEASED,
    FILL_BOOKED,
    ORDER_UPDATED,
    STRATEGY_DIRECTIVE_ISSUED,
    TICK_RECEIVED,
    TIME_PASSED,
)
from desk.contracts.manifests import WorkerCategory, WorkerManifest
from desk.contracts.market import ONE, ZERO, Bar, Tick, TimePassed, is_positive
from desk.contracts.orderstate import OrderState
from desk.contracts.ports.plugin import PluginContext
from desk.contracts.positions import Position
from desk.contracts.records import FillBooked
from desk.workers.base import Worker
from desk.workers.prices import middle, milliseconds, percent, rounded, written
from desk.workers.risk_control.clusters import Holding, Links, Room, clusters, worth
from desk.workers.risk_control.comparison import Comparison
from desk.workers.risk_control.correlation_parameters import CorrelationAction, CorrelationParameters
from desk.workers.risk_control.reductions import Reductions, in_care
from desk.workers.risk_control.standing_blocks import StandingBlocks
from desk.workers.worth import worth_of_unit

_KEY = "correlation"
_REASON = "correlation"
_PROCEED = DispositionEnvelope.CONTINUE


class RememberedCorrelation(Dto):
    """Keep the linked pairs, and by symbol when it was trimmed, and when the operator let it pass."""

    links: Mapping[str, int] = Field(default_factory=dict)
    trimmed: Mapping[str, int] = Field(default_factory=dict)
    allowed: Mapping[str, int] = Field(default_factory=dict)


class CorrelationMonitor(Worker):
    """Block entries that would make one bet too large, symbol by symbol; trim the newest trade on request.

    Trades i and j are one bet where s_i x s_j x rho >= trip, with s the side (+1 long, -1 short) and rho
    Pearson's correlation of log returns; what is joined to one member is joined to all. A correlation that
    is not known counts as 1 for entries, and never trims.
    """

    manifest = WorkerManifest(
        name="correlation_monitor",
        category=WorkerCategory.RISK_CONTROL,
        summary="Refuses, or trims, trades on symbols that move together beyond what one bet may be.",
        handlers={
            BAR_CLOSED: "on_bar",
            FILL_BOOKED: "on_fill",
            ORDER_UPDATED: "on_order",
            TICK_RECEIVED: "on_tick",
            TIME_PASSED: "on_time",
        },
        publishes=frozenset({ENTRIES_BLOCKED, ENTRIES_RELEASED, STRATEGY_DIRECTIVE_ISSUED}),
        parameters=CorrelationParameters,
        state={
            "correlation": "which pairs are linked, what was trimmed and let pass when",
            "block.<symbol>": "why a symbol is blocked and since when",
            "reduction.<trade id>": "a trade that is being trimmed",
        },
    )

    def __init__(self, parameters: CorrelationParameters, context: PluginContext) -> None:
        super().__init__(parameters, context)
        self._parameters = parameters
        self._symbols = parameters.symbols
        self._blocks = StandingBlocks(self, context)
        self._reductions = Reductions(self, context)
        kept = context.memory.get(_KEY)
        self._kept = (
            RememberedCorrelation() if kept is None else RememberedCorrelation.model_validate_json(kept)
        )
        links = Links(parameters.trip, parameters.clear, self._kept.links)
        self._pairs = Comparison(links, parameters.interval_ms, parameters.window_bars, parameters.min_bars)
        self._cooldown_ms = milliseconds(parameters.cooldown_s)
        self._max_price_age_ms = milliseconds(parameters.max_price_age_s)
        self._check_ms = milliseconds(parameters.check_every_s)
        self._period = -1
        self._is_due = True

    def on_bar(self, bar: Bar) -> DispositionEnvelope:
        """Compare anew, at the next tick or beat, once a bar of the own symbols has closed."""
        if bar.interval_ms == self._parameters.interval_ms and bar.symbol in self._symbols:
            self._pairs.expire(bar.symbol)
            self._is_due = True
        return _PROCEED

    def on_fill(self, booked: FillBooked) -> DispositionEnvelope:
        """Look at the book, at the next tick or beat, once it has changed."""
        self._is_due = self._is_due or booked.fill.symbol in self._symbols
        return _PROCEED

    def on_order(self, order: OrderState) -> DispositionEnvelope:
        """Look at the book, at the next tick or beat, once the venue has answered for an entry."""
        is_entry = order.request.leg.adds_risk and order.request.symbol in self._symbols
        self._is_due = self._is_due or is_entry
        return _PROCEED

    def on_tick(self, tick: Tick) -> DispositionEnvelope:
        """Look at once where the book or the bars have changed; any other tick changes nothing."""
        del tick
        return self._looked() if self._is_due and self.view.is_reconciled() else _PROCEED

    def on_time(self, passed: TimePassed) -> DispositionEnvelope:
        """Look at the worth of the book; silent before the first comparison with the venue."""
        period = passed.time_ms // self._check_ms
        is_early = not self._is_due and period == self._period
        if is_early or not self.view.is_reconciled():
            return _PROCEED
        self._period = period
        return self._looked()

    def _looked(self) -> DispositionEnvelope:
        """Judge the book as it is now, and say what is new."""
        now_ms = self.view.now_ms()
        self._is_due = False
        self._note_allowed(self._blocks.look(), now_ms)
        book = self._book()
        held = [one.symbol for one in book]
        self._is_due = not self._pairs.compare(held, self._symbols, self.view)
        self._remember(links=dict(self._pairs.links))
        if not self._pairs.covers(held, self._symbols):
            return DispositionEnvelope.publish(*self._blocks.events())
        room = self._room()
        self._refuse(book, room, now_ms)
        if self._parameters.action is CorrelationAction.TRIM:
            self._trim(book, room, now_ms)
        return DispositionEnvelope.publish(*self._blocks.events(), *self._reductions.events())

    def _book(self) -> tuple[Holding, ...]:
        """Return what is held of the own symbols, and what an entry by anybody may be about to open."""
        found = []
        for symbol in self._symbols:
            held = [one for one in self.view.positions_on(symbol) if not self._is_dust(one)]
            if held:
                found.append(self._holding(symbol, held))
            elif self.view.is_being_entered(symbol):
                found.append(Holding(symbol, 0, ZERO, is_pending=True))
        return tuple(found)

    def _holding(self, symbol: str, held: Sequence[Position]) -> Holding:
        size_base = sum((one.size_base * one.side.sign for one in held), ZERO)
        sign = (size_base > ZERO) - (size_base < ZERO)
        unit = worth_of_unit(symbol, self.view, self._max_price_age_ms)
        return Holding(symbol, sign, None if unit is None else abs(size_base) * unit)

    def _is_dust(self, position: Position) -> bool:
        instrument = self.view.instrument(position.symbol)
        return instrument is not None and instrument.is_dust(position.size_base, position.entry_price)

    def _room(self) -> Room:
        equity = self.view.equity()
        most = equity * self._parameters.max_cluster if equity is not None and is_positive(equity) else None
        return Room(self._parameters.max_members, most)

    def _refuse(self, book: Sequence[Holding], room: Room, now_ms: int) -> None:
        """Block each symbol whose next entry would make a bet too large; lift what is over."""
        bets = clusters(book, self._pairs.may_be_joined)
        for symbol in self._symbols:
            words = self._refusal(symbol, bets, room)
            block = self._blocks.of(symbol)
            if words is not None and not self._is_recent(self._kept.allowed.get(symbol), now_ms):
                self._blocks.add(symbol, _REASON, words)
            elif words is None and block is not None and not self._is_recent(block.since_ms, now_ms):
                self._blocks.lift(symbol, "it would join no bet that is full")

    def _refusal(self, symbol: str, bets: Sequence[tuple[Holding, ...]], room: Room) -> str | None:
        """Say why a symbol may not be entered, on the worse of both sides; None where it may."""
        own = next(((one, bet) for bet in bets for one in bet if one.symbol == symbol), None)
        if own is not None:
            return self._refusal_within(*own, room)
        for sign in (1, -1):
            entry = Holding(symbol, sign, ZERO)
            joined = [bet for bet in bets if any(self._pairs.may_be_joined(entry, one) for one in bet)]
            members = tuple(one for bet in joined for one in bet)
            if members and room.is_full(len(members) + 1, worth(members)):
                return self._words(symbol, members, room)
        return None

    def _refusal_within(self, own: Holding, bet: Sequence[Holding], room: Room) -> str | None:
        """Say why a member of a bet may not grow, or, where it is only pending, why it has no place in it."""
        if own.is_pending:
            others = [one for one in bet if not one.is_pending or self._turn(one) < self._turn(own)]
            is_full = bool(others) and room.is_full(len(others) + 1, worth(others))
        else:
            others = list(bet)
            is_full = len(bet) > 1 and room.is_full(0, worth(bet))
        return self._words(own.symbol, others, room) if is_full else None

    def _turn(self, pending: Holding) -> tuple[bool, int]:
        """Return where an entry under way stands in the row: what is blocked last, else as listed."""
        return self._blocks.of(pending.symbol) is not None, self._symbols.index(pending.symbol)

    def _trim(self, book: Sequence[Holding], room: Room, now_ms: int) -> None:
        """Reduce the newest trade of each bet that is too large, once per pause."""
        for bet in clusters(book, self._pairs.is_joined):
            symbols = [one.symbol for one in bet]
            is_cooling = any(self._is_recent(self._kept.trimmed.get(one), now_ms) for one in symbols)
            if len(bet) > 1 and not is_cooling and room.is_beyond(len(bet), worth(bet)):
                self._trim_newest(bet, room, now_ms)

    def _trim_newest(self, bet: Sequence[Holding], room: Room, now_ms: int) -> None:
        trades = [trade for one in bet for trade in self._trimmable(one.symbol)]
        newest = max(trades, key=lambda one: (one.opened_at_ms or 0, one.trade_id), default=None)
        if newest is None:
            return
        instrument = self.view.instrument(newest.symbol)
        quote = self.view.quote(newest.symbol)
        if instrument is None or quote is None:
            return
        left = instrument.floor_size(newest.size_base * (ONE - self._parameters.trim_fraction))
        left = ZERO if instrument.is_dust(left, middle(quote)) else left
        words = self._words(newest.symbol, bet, room)
        change = f"trim {written(newest.size_base)} → {written(left)} {instrument.base}"
        self._reductions.want(newest.trade_id, left, f"{words}: {change}")
        self._remember(trimmed=self._recent(self._kept.trimmed, now_ms) | {one.symbol: now_ms for one in bet})

    def _trimmable(self, symbol: str) -> Iterable[Position]:
        held = in_care(self.view.positions_on(symbol), self.context.strategy_id, own_strategy_only=False)
        return (one for one in held if not self._is_dust(one))

    def _words(self, symbol: str, bet: Sequence[Holding], room: Room) -> str:
        """Say which pair and how strong, then what the bet is and may be."""
        others = [one.symbol for one in bet if one.symbol != symbol]
        pair = self._pairs.nearest_words(symbol, others)
        held, names = worth(bet), ", ".join(one.symbol for one in bet)
        shown = "an unknown worth" if held is None else rounded(held)
        most = "an unknown limit" if room.worth is None else rounded(room.worth)
        return (
            f"{pair}; {names}: {len(bet)} of {room.members} symbols, {shown} of {most}"
            f" ({percent(self._parameters.max_cluster)} of equity)"
        )

    def _note_allowed(self, lifted: Iterable[str], now_ms: int) -> None:
        """Let pass, for a pause, what the operator has let pass."""
        allowed = self._recent(self._kept.allowed, now_ms) | dict.fromkeys(lifted, now_ms)
        self._remember(allowed=allowed)

    def _recent(self, times: Mapping[str, int], now_ms: int) -> dict[str, int]:
        return {key: at_ms for key, at_ms in times.items() if self._is_recent(at_ms, now_ms)}

    def _is_recent(self, at_ms: int | None, now_ms: int) -> bool:
        return at_ms is not None and now_ms - at_ms < self._cooldown_ms

    def _remember(self, **changes: Mapping[str, int]) -> None:
        kept = self._kept.model_copy(update=changes)
        if kept != self._kept:
            self._kept = kept
            is_empty = not (kept.links or kept.trimmed or kept.allowed)
            self.context.memory.put(_KEY, None if is_empty else kept.model_dump_json())

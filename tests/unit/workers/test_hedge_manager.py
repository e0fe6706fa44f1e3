"""A hedge follows the net exposure, worked out by hand, within band and limits, and fights no stop."""

import math
from decimal import Decimal

import pytest
from pydantic import ValidationError

from desk.contracts.blocks import EntryBlock
from desk.contracts.causality import CausalityChain
from desk.contracts.directives import DirectiveScope, StrategyDirective
from desk.contracts.ids import TickId
from desk.contracts.sides import OrderSide, PositionSide
from desk.contracts.states import DeskState
from desk.testing.bench import Bench, only_directive
from desk.testing.building import PERPETUAL, SPOT, START_MS, STRATEGY, bars, position
from desk.workers.scheduled_operations.hedge_manager import HedgeManager
from tests.builders.calendar import ValuedDesk, price

ETH = "ETH/USDT"
SHORT, LONG = PositionSide.SHORT, PositionSide.LONG


def hedger(**parameters: object) -> Bench:
    """Have BTC at 50,000 and ETH at 2,500, and hedge with the BTC perpetual, for 100,000 at most."""
    given = {"instrument": PERPETUAL, "max_notional": "100000", **parameters}
    bench = Bench(HedgeManager, given, name="hedger", desk=ValuedDesk(), symbols=(SPOT, PERPETUAL, ETH))
    quotes(bench)
    return bench


def quotes(bench: Bench, btc: str = "50000", eth: str = "2500") -> None:
    for symbol, middle in ((SPOT, btc), (PERPETUAL, btc), (ETH, eth)):
        price(bench, middle, symbol)


def holds(bench: Bench, size: str, symbol: str = SPOT, side: PositionSide = LONG, number: int = 1) -> None:
    bench.desk.hold(position(side, number=number, symbol=symbol, size=size, entry="50000"))


def hedge(bench: Bench, size: str, side: PositionSide = SHORT, number: int = 9) -> None:
    bench.desk.hold(
        position(side, number=number, symbol=PERPETUAL, size=size, entry="50000", worker="hedger")
    )


def looks(bench: Bench, later_ms: int = 60_000) -> list[object]:
    """Let time pass with the prices where they are, and the worker look."""
    bench.desk.time_ms += later_ms
    for symbol, quote in list(bench.desk.quotes.items()):
        price(bench, quote.mid, symbol, spread=str(quote.ask - quote.bid))
    return bench.time_passes(0)


def size(directive: StrategyDirective) -> Decimal | None:
    wish = directive.size_directive
    return None if wish is None else wish.target_size_base


def test_a_long_is_hedged_by_a_short_of_its_worth() -> None:
    bench = hedger()
    holds(bench, "0.6")
    directive = only_directive(looks(bench))
    assert directive.scope is DirectiveScope.NEW_TRADE
    assert directive.entry_directive is not None
    assert (directive.entry_directive.symbol, directive.entry_directive.direction) == (
        PERPETUAL,
        OrderSide.SELL,
    )
    assert size(directive) == Decimal("0.6")
    assert directive.exit_directive is not None
    assert directive.exit_directive.stop_loss_tolerance == Decimal("0.1")
    assert directive.rationale == "sell 0.6 BTC/USDT:USDT: net exposure 30,000, hedge 0 → -30,000"


def test_a_short_is_hedged_by_a_long() -> None:
    bench = hedger(instrument=SPOT)
    holds(bench, "0.6", PERPETUAL, SHORT)
    directive = only_directive(looks(bench))
    assert directive.entry_directive is not None
    assert (directive.entry_directive.symbol, directive.entry_directive.direction) == (SPOT, OrderSide.BUY)
    assert size(directive) == Decimal("0.6")


def test_spot_cannot_hedge_a_long() -> None:
    bench = hedger(instrument="ETH/USDT", symbols=[])
    holds(bench, "4", "ETH/USDT:USDT")
    bench.desk.instruments["ETH/USDT:USDT"] = bench.desk.instruments[PERPETUAL]
    price(bench, "2500", "ETH/USDT:USDT")
    assert looks(bench) == []
    assert hedger(instrument=ETH).parameters.cautions() == (
        "ETH/USDT is spot: it can hedge shorts by being bought, and never a long",
    )
    assert hedger().parameters.cautions() == ()


@pytest.mark.parametrize("mode", ["beta", "delta"])
def test_an_instrument_that_is_all_it_hedges_is_pointed_out(mode: str) -> None:
    assert hedger(mode=mode, symbols=[PERPETUAL]).parameters.cautions() == (
        f"{PERPETUAL} has one side per account: no trade on it can be hedged with it",
    )
    assert hedger(mode=mode, symbols=[PERPETUAL, SPOT]).parameters.cautions() == ()


@pytest.mark.parametrize(("ratio", "most", "base"), [("0.5", "100000", "0.3"), ("1", "20000", "0.4")])
def test_ratio_and_limit_bound_the_hedge(ratio: str, most: str, base: str) -> None:
    bench = hedger(ratio=ratio, max_notional=most)
    holds(bench, "0.6")
    assert size(only_directive(looks(bench))) == Decimal(base)


def test_within_the_band_it_does_nothing() -> None:
    bench = hedger()
    holds(bench, "0.6")
    hedge(bench, "0.54")
    assert looks(bench) == [], "3,000 off, and the band is 3,000"
    hedge(bench, "0.5399")
    directive = only_directive(looks(bench))
    assert directive.scope is DirectiveScope.MODIFY_EXISTING
    assert directive.target_trade_ids == (position(number=9).trade_id,)
    assert size(directive) == Decimal("0.6")
    assert directive.rationale == "sell 0.0601 BTC/USDT:USDT: net exposure 30,000, hedge -26,995 → -30,000"


def test_too_much_is_bought_back() -> None:
    bench = hedger()
    holds(bench, "0.3")
    hedge(bench, "0.6")
    directive = only_directive(looks(bench))
    assert size(directive) == Decimal("0.3")
    assert directive.rationale.startswith("buy 0.3 BTC/USDT:USDT: ")


def test_nothing_to_hedge_closes_the_hedge() -> None:
    bench = hedger()
    hedge(bench, "0.0002")
    directive = only_directive(looks(bench))
    assert directive.scope is DirectiveScope.CLOSE_EXISTING
    assert directive.rationale == "close the hedge of 0.0002: net exposure 0, hedge -10 → 0"


def test_a_change_of_sign_closes_first_and_opens_when_that_has_ended() -> None:
    bench = hedger()
    hedge(bench, "0.6")
    holds(bench, "0.4", "BTC/USD", SHORT)
    bench.desk.instruments["BTC/USD"] = bench.desk.instruments[PERPETUAL]
    price(bench, "50000", "BTC/USD")
    close = only_directive(looks(bench))
    assert close.scope is DirectiveScope.CLOSE_EXISTING
    bench.desk.in_flight.update(close.target_trade_ids)
    assert looks(bench, 5_000) == []
    bench.desk.in_flight.clear()
    bench.desk.resize(close.target_trade_ids[0], "0")
    opened = only_directive(looks(bench, 1_000))
    assert opened.entry_directive is not None
    assert opened.entry_directive.direction is OrderSide.BUY
    assert size(opened) == Decimal("0.4")


def test_delta_looks_at_its_own_base_alone() -> None:
    bench = hedger()
    holds(bench, "4", ETH)
    assert looks(bench) == []


def moves(bench: Bench, symbol: str, factor: float, count: int = 10) -> None:
    """Let a symbol have moved by `factor` times what alternates 1 % up and 2 % down."""
    closes, at = [Decimal(100)], 100.0
    for number in range(count):
        at *= math.exp(factor * (0.01 if number % 2 else -0.02))
        closes.append(Decimal(at))
    bench.desk.history[symbol, 60_000] = bars(closes, symbol=symbol)


def beta_hedger(**parameters: object) -> Bench:
    given = {
        "mode": "beta",
        "symbols": [SPOT, ETH],
        "interval_ms": 60_000,
        "min_bars": 5,
        "lookback_bars": 20,
    }
    return hedger(**{**given, **parameters})


def test_beta_weighs_a_trade_by_how_its_market_moves() -> None:
    bench = beta_hedger()
    moves(bench, PERPETUAL, 1)
    moves(bench, ETH, 1.5)
    holds(bench, "4", ETH)
    holds(bench, "0.2", SPOT, number=2)
    bench.desk.time_ms += 10 * 60_000
    directive = only_directive(looks(bench))
    assert size(directive) == Decimal("0.5"), "4 x 2,500 x 1.5 + 0.2 x 50,000 x 1 = 25,000"
    assert directive.rationale.endswith("net exposure 25,000, hedge 0 → -25,000 (beta ETH/USDT 1.5)")


def test_a_poor_correlation_hedges_nothing() -> None:
    bench = beta_hedger(min_abs_correlation="0.9")
    moves(bench, PERPETUAL, 1)
    bench.desk.history[ETH, 60_000] = bars(
        ["100", "101", "99", "100", "102", "99", "103", "98", "100", "101", "97"], symbol=ETH
    )
    holds(bench, "4", ETH)
    bench.desk.time_ms += 10 * 60_000
    assert looks(bench) == []


def test_without_enough_or_fresh_bars_beta_is_not_known() -> None:
    bench = beta_hedger()
    holds(bench, "4", ETH)
    assert looks(bench) == []
    moves(bench, PERPETUAL, 1, 4)
    moves(bench, ETH, 1, 4)
    assert looks(bench, 60_000) == [], "4 returns of 5"
    moves(bench, PERPETUAL, 1)
    moves(bench, ETH, 1)
    bench.desk.time_ms = START_MS + 14 * 60_000
    assert looks(bench, 1_000) == [], "the newest bar is too old"
    bench.desk.time_ms = START_MS + 11 * 60_000
    assert len(looks(bench)) == 1


def test_a_cost_over_the_limit_leaves_the_hedge_as_it_is() -> None:
    bench = hedger(max_cost="30", cost_window_s="3600", min_trade="0")
    price(bench, "50000", PERPETUAL, spread="50")
    holds(bench, "0.4")
    assert size(only_directive(looks(bench))) == Decimal("0.4"), "20,000 x (0.0005 + 0.0005) = 20"
    hedge(bench, "0.4")
    holds(bench, "0.65")
    assert looks(bench) == [], "12,500 more cost 12.5, and 10 are left"
    bench.restart()
    assert looks(bench) == []
    holds(bench, "0.6")
    assert size(only_directive(looks(bench))) == Decimal("0.6"), "10 are left"
    hedge(bench, "0.6")
    holds(bench, "0.9")
    assert looks(bench) == []
    assert size(only_directive(looks(bench, 3_600_000))) == Decimal("0.9"), "the window has passed"


def test_a_change_that_is_refused_has_cost_nothing() -> None:
    bench = hedger(max_cost="30")
    price(bench, "50000", PERPETUAL, spread="50")
    holds(bench, "0.4")
    for _ in range(5):
        assert size(only_directive(looks(bench))) == Decimal("0.4"), "20 of 30, each time"
        bench.restart()
    hedge(bench, "0.1")
    assert size(only_directive(looks(bench))) == Decimal("0.4"), "a quarter filled cost 5, the rest costs 15"
    hedge(bench, "0.4")
    holds(bench, "0.65")
    assert looks(bench) == [], "20 are paid, and 12.5 more would be too much"


def test_a_hedge_that_is_too_large_is_made_smaller_whatever_that_costs() -> None:
    bench = hedger(max_cost="20")
    price(bench, "50000", PERPETUAL, spread="50")
    holds(bench, "0.4")
    assert len(looks(bench)) == 1
    hedge(bench, "0.4")
    holds(bench, "0.1")
    assert size(only_directive(looks(bench))) == Decimal("0.1"), "20 of 20 are paid"
    hedge(bench, "0.1")
    holds(bench, "0.12")
    assert looks(bench) == [], "35 of 20 are paid"


def test_what_is_remembered_of_costs_stays_short() -> None:
    bench = hedger(max_cost="1000000", cooldown_s="0", band="0", min_trade="0")
    for number in range(200):
        held = "0.4" if number % 2 else "0.3"
        holds(bench, held)
        assert len(looks(bench)) == 1
        hedge(bench, held)
    assert len(bench.memory.get("hedge") or "") < 500, "200 changes in 3.3 hours"


def test_a_clock_that_was_set_back_silences_nobody() -> None:
    bench = hedger(cooldown_s="60")
    holds(bench, "0.6")
    assert len(looks(bench)) == 1
    assert len(looks(bench, -3_600_000)) == 1


def test_the_way_out_is_not_a_matter_of_cost() -> None:
    bench = hedger(max_cost="1")
    hedge(bench, "0.6")
    assert only_directive(looks(bench)).scope is DirectiveScope.CLOSE_EXISTING


def test_after_its_stop_it_stays_away_for_a_while() -> None:
    bench = hedger(after_stop_s="600")
    holds(bench, "0.6")
    hedge(bench, "0.6")
    assert looks(bench) == []
    bench.desk.resize(position(number=9).trade_id, "0")
    assert looks(bench, 1_000) == []
    bench.restart()
    assert looks(bench, 599_000) == []
    assert only_directive(looks(bench, 1_001)).scope is DirectiveScope.NEW_TRADE


def test_it_asks_once_and_then_pauses() -> None:
    bench = hedger(cooldown_s="60")
    holds(bench, "0.6")
    assert len(looks(bench)) == 1
    assert looks(bench, 59_999) == []
    bench.restart()
    assert looks(bench, 0) == []
    assert len(looks(bench, 1_000)) == 1


def test_it_looks_once_in_a_while() -> None:
    bench = hedger(check_every_s="10", cooldown_s="0")
    holds(bench, "0.6")
    assert len(bench.tick("50000", later_ms=0)) == 1
    assert bench.tick("50000", later_ms=9_999) == []
    quotes(bench)
    assert len(bench.tick("50000", later_ms=1)) == 1


@pytest.mark.parametrize(
    "spoil",
    [
        lambda bench: bench.desk.quotes.pop(SPOT),
        lambda bench: bench.desk.quotes.pop(PERPETUAL),
        lambda bench: price(bench, "NaN", SPOT),
        lambda bench: price(bench, "50000", PERPETUAL, old_ms=5_001),
        lambda bench: bench.desk.unknown_currencies.add("USDT"),
        lambda bench: bench.desk.unknown_orders.add(PERPETUAL),
        lambda bench: bench.desk.pending_entries.add((STRATEGY, PERPETUAL)),
        lambda bench: setattr(bench.desk, "reconciled", False),
        lambda bench: setattr(bench.desk, "desk_state", DeskState.HALTED),
        lambda bench: setattr(bench.desk, "desk_state", DeskState.EXITING),
        lambda bench: setattr(bench.desk, "desk_state", DeskState.REDUCING),
        lambda bench: bench.desk.blocks.append(block()),
        lambda bench: holds(bench, "0.1", PERPETUAL, LONG, number=3),
    ],
)
def test_what_is_not_known_or_not_allowed_hedges_nothing(spoil: object) -> None:
    bench = hedger()
    holds(bench, "0.6")
    assert callable(spoil)
    spoil(bench)
    assert bench.time_passes(0) == []


def block() -> EntryBlock:
    born = CausalityChain.born(TickId.at(START_MS, 1))
    return EntryBlock(
        strategy_id=STRATEGY, worker="breaker", reason="shock", blocked_at_ms=START_MS, causality=born
    )


def test_a_desk_that_only_reduces_still_gives_up_what_is_too_much() -> None:
    bench = hedger()
    bench.desk.desk_state = DeskState.REDUCING
    holds(bench, "0.3")
    hedge(bench, "0.6")
    assert size(only_directive(looks(bench))) == Decimal("0.3")


def test_a_missing_price_is_not_a_missing_trade() -> None:
    bench = hedger()
    holds(bench, "0.6")
    hedge(bench, "0.6")
    bench.desk.quotes.pop(SPOT)
    assert looks(bench) == [], "the hedge stays"


def test_the_trades_of_others_count_unless_told_not_to() -> None:
    bench = hedger()
    bench.desk.hold(position(symbol=SPOT, size="0.6", strategy_id="other"))
    assert len(looks(bench)) == 1
    bench = hedger(own_strategy_only="true")
    bench.desk.hold(position(symbol=SPOT, size="0.6", strategy_id="other"))
    assert looks(bench) == []


def test_only_the_named_symbols_count() -> None:
    bench = hedger(symbols=["BTC/USD"])
    holds(bench, "0.6")
    assert looks(bench) == []


def test_nothing_held_writes_and_asks_nothing() -> None:
    bench = hedger()
    assert looks(bench) == []
    assert bench.tick("50000") == []
    assert bench.memory.writes == 0


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"mode": "beta"}, "mode beta reads bars: name the symbols"),
        ({"lookback_bars": "10", "min_bars": "10"}, "10 bars have 9 returns"),
        ({"ratio": "0"}, "greater than 0"),
        ({"max_notional": "NaN"}, "finite"),
        ({"instrument": "BTCUSDT"}, "pattern"),
    ],
)
def test_a_parameter_that_makes_no_sense_is_refused(change: dict[str, object], why: str) -> None:
    with pytest.raises(ValidationError) as refused:
        hedger(**change)
    assert why in str(refused.value)


def test_only_beta_needs_bars() -> None:
    assert hedger().parameters.bars_needed() == ()
    needed = beta_hedger().parameters.bars_needed()
    assert [(one.symbol, one.count) for one in needed] == [(PERPETUAL, 20), (ETH, 20)]


def test_what_is_left_to_hedge_and_is_too_small_to_trade_closes_the_hedge() -> None:
    bench = hedger()
    holds(bench, "0.00009")
    assert looks(bench) == [], "too small to open one for"
    hedge(bench, "0.6")
    assert only_directive(looks(bench)).scope is DirectiveScope.CLOSE_EXISTING
    bench.desk.resize(position(number=9).trade_id, "0")
    holds(bench, "0.6", number=2)
    assert only_directive(looks(bench, 1_000)).scope is DirectiveScope.NEW_TRADE, "that was no stop"


def test_two_prices_of_one_instant_are_both_looked_at() -> None:
    bench = hedger()
    holds(bench, "0.6")
    bench.desk.time_ms += 20_000
    assert bench.tick("50000", SPOT, later_ms=0) == [], "the perpetual's price is 20 s old"
    assert size(only_directive(bench.tick("50000", PERPETUAL, later_ms=0))) == Decimal("0.6")

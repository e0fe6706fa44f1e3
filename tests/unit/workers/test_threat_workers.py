"""Silence and loss are threats as their formulas say: once, again as they grow, and anew after a calm."""

from decimal import Decimal

import pytest
from pydantic import ValidationError

from desk.contracts.events import TIME_PASSED
from desk.contracts.signals import ThreatSignal
from desk.testing.bench import Bench
from desk.testing.building import PERPETUAL, SPOT, quote
from desk.testing.memory_desk import MemoryDesk
from desk.workers.base import Worker
from desk.workers.episodes import Episode, ThreatLevels
from desk.workers.risk_control.equity_marks import EquityMarks
from desk.workers.threat.connection_threat import ConnectionThreat
from desk.workers.threat.drawdown_threat import DrawdownThreat

SECOND, MINUTE = 1_000, 60_000


def connection(**parameters: object) -> Bench:
    """Watch a symbol; severity is 0.8 x (silence - 10 s) / 100 s."""
    bench = Bench(ConnectionThreat, {"symbols": [SPOT], "calm_s": "10", "panic_s": "110", **parameters})
    hear_price(bench)
    return bench


def hear_price(bench: Bench, symbol: str = SPOT, price: str = "100") -> None:
    bench.desk.quotes[symbol] = quote(price, symbol, time_ms=bench.desk.time_ms)


def drawdown(equity: str = "100000", **parameters: object) -> Bench:
    """Watch an account; severity is (drawdown - 0.02) / 0.1."""
    bench = Bench(
        DrawdownThreat,
        {"calm_drawdown": "0.02", "panic_drawdown": "0.12", "repeat_after_s": "100000", **parameters},
    )
    bench.desk.cash["USDT"] = Decimal(equity)
    return bench


def at_equity(bench: Bench, *equities: str) -> list[ThreatSignal]:
    """Let a minute pass at each equity."""
    found = []
    for equity in equities:
        bench.desk.cash["USDT"] = Decimal(equity)
        found += threats(bench.time_passes(MINUTE))
    return found


def threats(payloads: list[object]) -> list[ThreatSignal]:
    assert all(isinstance(one, ThreatSignal) for one in payloads)
    return [one for one in payloads if isinstance(one, ThreatSignal)]


def silent_for(bench: Bench, seconds: int) -> list[tuple[int, ThreatSignal]]:
    """Let seconds pass one by one; return what was raised, and at which of them."""
    return [(second, one) for second in range(1, seconds + 1) for one in threats(bench.time_passes(SECOND))]


def test_silence_is_a_threat_that_grows_step_by_step() -> None:
    found = silent_for(connection(), 600)
    # 0.8 x 25 / 100 = 0.2 after 35 s, and 0.2 more every 25 s, up to the worst at 110 s.
    assert [(second, one.severity) for second, one in found] == [
        (35, Decimal("0.2")), (60, Decimal("0.4")), (85, Decimal("0.6")), (110, Decimal("0.8")),
    ]  # fmt: skip
    first = found[0][1]
    assert (first.threat_type, first.affected_asset) == ("STALE_FEED", SPOT)
    assert first.rationale == "no price of BTC/USDT for 35 s"
    assert first.causality.schedule_id is not None


def test_prices_that_come_are_no_threat() -> None:
    bench = connection()
    for _ in range(30):
        assert silent_for(bench, 34) == []
        hear_price(bench)


def test_a_silence_after_prices_came_again_is_a_new_threat() -> None:
    bench = connection()
    assert len(silent_for(bench, 40)) == 1
    hear_price(bench)
    assert silent_for(bench, 34) == []
    assert len(silent_for(bench, 1)) == 1


def test_a_silence_is_told_again_after_a_restart() -> None:
    bench = connection()
    assert len(silent_for(bench, 40)) == 1
    bench.restart()
    assert [(second, one.severity) for second, one in silent_for(bench, 1)] == [(1, Decimal("0.248"))]
    assert bench.memory.writes == 0


def test_a_price_that_never_came_is_silence_since_the_first_look() -> None:
    bench = connection()
    bench.desk.quotes.clear()
    assert [second for second, _ in silent_for(bench, 36)] == [36], "35 s after the first look"


@pytest.mark.parametrize("price", ["NaN", "0", "-1"])
def test_a_price_that_is_none_is_silence(price: str) -> None:
    bench = connection()
    found = []
    for second in range(1, 37):
        hear_price(bench, price=price)
        found += [second for _ in bench.time_passes(SECOND)]
    assert found == [36]


def test_each_symbol_has_a_silence_of_its_own() -> None:
    bench = connection(symbols=[SPOT, PERPETUAL])
    hear_price(bench, PERPETUAL)
    assert len(silent_for(bench, 30)) == 0
    hear_price(bench, PERPETUAL)
    assert [one.affected_asset for _, one in silent_for(bench, 10)] == [SPOT]
    assert [one.affected_asset for _, one in silent_for(bench, 25)] == [SPOT, PERPETUAL]


def test_trouble_with_the_connection_is_a_threat_to_everything_at_once() -> None:
    bench = connection()
    bench.desk.trouble = "the stream of ticks is down"
    found = []
    for _ in range(200):
        hear_price(bench)
        found += threats(bench.time_passes(SECOND))
    # 0.5 at once; 0.5 + 0.3 x 67 / 100 is the first that has grown by 0.2.
    assert [one.severity for one in found] == [Decimal("0.5"), Decimal("0.701")]
    assert found[0].affected_asset is None
    assert found[0].threat_type == "CONNECTION_LOST"
    assert found[0].rationale == "the stream of ticks is down"


def test_trouble_that_was_over_is_a_new_threat() -> None:
    bench = connection()
    for trouble, expected in (("down", 1), ("down", 0), (None, 0), ("down", 1)):
        bench.desk.trouble = trouble
        hear_price(bench)
        assert len(bench.time_passes(SECOND)) == expected


def test_it_looks_no_more_often_than_it_asked_to_be_woken() -> None:
    bench = connection(check_every_s="5")
    assert bench.parameters.wake_every_ms() == 5_000
    assert [second for second, _ in silent_for(bench, 120)] == [35, 60, 85, 110]


def test_a_silence_is_no_emergency_unless_that_is_wanted() -> None:
    worst = max(one.severity for _, one in silent_for(connection(), 300))
    assert worst < Decimal("0.9"), (
        "on a lost connection stops at the venue protect, and a close cannot be sent"
    )
    assert silent_for(connection(worst_severity="1"), 300)[-1][1].severity == 1


def test_a_fall_from_the_peak_is_a_threat_that_grows() -> None:
    found = at_equity(drawdown(), "100000", "96100", "96000", "95000", "94000", "60000")
    # 4 % below the peak is (0.04 - 0.02) / 0.1 = 0.2; 6 % is 0.4; beyond 12 % it is 1.
    assert [one.severity for one in found] == [Decimal("0.2"), Decimal("0.4"), Decimal(1)]
    assert found[0].rationale == "equity 96,000 is 4 % below its peak 100,000"
    assert (found[0].threat_type, found[0].affected_asset) == ("DRAWDOWN", None)


def test_a_fall_that_was_made_good_is_over() -> None:
    # At 96,600 the severity is 0.14, below the 0.15 at which it is over.
    assert len(at_equity(drawdown(), "100000", "96000", "96600", "96000")) == 2
    assert len(at_equity(drawdown(), "100000", "96000", "96500", "96000")) == 1


def test_a_new_peak_is_what_counts_from_then_on() -> None:
    (threat,) = at_equity(drawdown(), "100000", "200000", "192000")
    assert threat.rationale == "equity 192,000 is 4 % below its peak 200,000"


def test_the_peak_survives_a_restart_and_the_fall_is_told_again() -> None:
    bench = drawdown()
    assert len(at_equity(bench, "100000", "95000")) == 1
    bench.restart()
    (threat,) = at_equity(bench, "95000")
    assert threat.severity == Decimal("0.3")
    assert peak_of(bench) == Decimal(100_000)


def peak_of(bench: Bench) -> Decimal:
    return EquityMarks.model_validate_json(bench.memory.notes["marks"]).peak


def test_money_that_comes_or_goes_is_no_result() -> None:
    bench = drawdown()
    bench.desk.adjusted["USDT"] = Decimal(100_000)
    assert at_equity(bench, "100000", "97000") == []
    bench.desk.adjusted["USDT"] -= Decimal(48_500)
    # Half of the 97,000 was withdrawn: the peak is 50,000, and the drawdown 3 % as before.
    assert at_equity(bench, "48500") == []
    assert peak_of(bench) == Decimal(50_000)
    (threat,) = at_equity(bench, "48000")
    assert threat.rationale == "equity 48,000 is 4 % below its peak 50,000"


def test_a_small_correction_of_the_balance_is_a_result() -> None:
    bench = drawdown()
    bench.desk.adjusted["USDT"] = Decimal(100_000)
    at_equity(bench, "100000")
    bench.desk.adjusted["USDT"] -= Decimal(499)
    at_equity(bench, "99501")
    assert peak_of(bench) == Decimal(100_000)


def test_a_transfer_of_unknown_worth_blinds_and_moves_no_peak() -> None:
    bench = drawdown()
    at_equity(bench, "100000")
    bench.desk.adjusted["XYZ"] = Decimal(5)
    found = at_equity(bench, "50000", "50000")
    assert [one.threat_type for one in found] == ["EQUITY_UNKNOWN"]
    assert peak_of(bench) == Decimal(100_000)


def test_a_peak_is_written_only_where_it_is_one() -> None:
    bench = drawdown()
    at_equity(bench, "100000", "100000", "99000", "100000", "100010")
    assert bench.memory.writes == 2


def test_a_fall_that_goes_on_is_told_again_after_a_while() -> None:
    bench = drawdown(repeat_after_s="600")
    assert len(at_equity(bench, "100000", *["96000"] * 21)) == 3, "at once, after 10 and after 20 minutes"


def test_before_the_first_reconcile_nothing_is_measured() -> None:
    bench = drawdown()
    bench.desk.reconciled = False
    assert at_equity(bench, "100000", "50000") == []
    assert bench.memory.notes == {}


def test_an_equity_that_nobody_can_tell_is_a_threat_and_no_calm() -> None:
    bench = drawdown(blind_after_s="120")
    found = at_equity(bench, "100000", "NaN", "NaN", "NaN", "NaN", "100000", "NaN", "NaN", "NaN")
    assert [one.threat_type for one in found] == ["EQUITY_UNKNOWN"] * 2
    assert found[0].severity == Decimal("0.5")
    assert found[0].rationale == "the equity cannot be told for 120 s: a price or a rate is missing"
    assert peak_of(bench) == Decimal(100_000)


class Blind(MemoryDesk):
    """A desk that misses a rate."""

    def equity(self) -> Decimal | None:
        return None


def test_a_rate_that_is_missing_is_no_equity_of_zero() -> None:
    bench = Bench(DrawdownThreat, {}, desk=Blind())
    found = [one.threat_type for _ in range(5) for one in threats(bench.time_passes(MINUTE))]
    assert found == ["EQUITY_UNKNOWN"]


def test_an_account_without_money_falls_from_nothing() -> None:
    assert at_equity(drawdown(), "0", "0", "-5") == []


@pytest.mark.parametrize("kind", [ConnectionThreat, DrawdownThreat])
def test_on_ticks_and_bars_nothing_is_done(kind: type[Worker]) -> None:
    assert set(kind.manifest.handlers) == {TIME_PASSED}


def test_a_danger_that_reaches_the_worst_is_told_however_small_the_step() -> None:
    episode = Episode(ThreatLevels())
    severities = ["0.85", "0.95", "1", "1", "0.99", "1"]
    told = [episode.is_due(Decimal(one), number) for number, one in enumerate(severities)]
    assert told == [True, False, True, False, False, False]


@pytest.mark.parametrize(
    ("kind", "wrong", "told"),
    [
        (ConnectionThreat, {"symbols": []}, "at least 1 item"),
        (ConnectionThreat, {"symbols": ["BTC"]}, "pattern"),
        (ConnectionThreat, {"symbols": [SPOT], "calm_s": "120"}, "calm_s 120 must be below panic_s 120"),
        (ConnectionThreat, {"symbols": [SPOT], "worst_severity": "0.4"}, "trouble_severity 0.5 must not be"),
        (DrawdownThreat, {"calm_drawdown": "0.25"}, "calm_drawdown 0.25 must be below panic_drawdown"),
        (DrawdownThreat, {"rearm_severity": "0.2"}, "rearm_severity 0.2 must be below raise_severity"),
        (DrawdownThreat, {"check_every_s": "0.5"}, "greater than or equal to 1"),
    ],
)
def test_parameters_that_cannot_be_are_refused(
    kind: type[Worker], wrong: dict[str, object], told: str
) -> None:
    with pytest.raises(ValidationError, match=told):
        Bench(kind, wrong)

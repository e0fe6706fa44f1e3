"""A daemon at an exchange where everything goes wrong, killed three times: nothing is lost or doubled."""

import random
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.error import HTTPError

import pytest

from tests.builders.exchange_desk import ENVIRONMENT, WILD_MARKET, differences, exchange_platform
from tests.builders.processes import DeskProcess, Line, answered, started
from tests.builders.sandbox import SandboxProcess, started_sandbox

STOPS_WITHIN_S = 10
LIVES = 4
LIFE_S = 11.0

FAULTS: Mapping[str, Mapping[str, object]] = {
    "latency": {"delay_ms": 700},
    "hang_before": {"times": 2},
    "reset_before": {},
    "error_before": {"status": 502},
    "forbidden": {},
    "too_many_requests": {},
    "rate_limited": {},
    "banned": {"for_ms": 1500},
    "rejected": {"code": 110007},
    "maintenance": {"for_ms": 1500},
    "slow_answer": {"delay_ms": 900},
    "hang_after": {"times": 2},
    "reset_after": {},
    "truncated": {},
    "empty_answer": {},
    "html_answer": {},
    "error_after": {"status": 503},
    "ambiguous_code": {},
    "missing_fields": {},
    "foreign_ids": {},
    "rejected_late": {},
    "stale_reads": {"lag_ms": 1500},
    "clock_skew": {"skew_ms": 3000},
    "partial_fills": {},
    "stream_silent": {},
    "stream_dead": {},
    "stream_lost": {},
    "stream_duplicated": {},
    "stream_reordered": {},
    "stream_malformed": {},
    "stream_late": {"delay_ms": 800},
    "stream_closed": {},
    "stream_reset": {},
    "traded_by_hand": {"symbol": "ETH/USDT:USDT", "size_base": "0.5"},
    "closed_by_hand": {"symbol": "BTC/USDT:USDT"},
    "cancelled_by_hand": {"symbol": "ETH/USDT:USDT"},
    "stops_cancelled": {"symbol": "BTC/USDT:USDT"},
    "liquidation": {"symbol": "ETH/USDT:USDT"},
    "price_jump": {"symbol": "BTC/USDT:USDT", "rate": "0.004"},
}
"""What may befall a desk on a bad day; a key that is revoked ends the day, so it is left out."""

EVENTS = frozenset(
    {"stream_closed", "stream_reset", "traded_by_hand", "closed_by_hand", "cancelled_by_hand",
     "stops_cancelled", "liquidation", "price_jump"}
)  # fmt: skip


def strike(exchange: SandboxProcess, rng: random.Random) -> None:
    """Let one thing go wrong for a while."""
    name = rng.choice(sorted(FAULTS))
    asked = dict(FAULTS[name])
    if name not in EVENTS:
        asked = {"for_ms": rng.randint(500, 4000), **asked}
        if not name.startswith(("stale", "clock", "partial", "banned", "maintenance", "stream")):
            asked["probability"] = "0.4"
    with suppress(HTTPError):  # nothing is there that it could befall
        exchange.fault(name, **asked)


def one_life(folder: Path, exchange: SandboxProcess, rng: random.Random, life_s: float) -> None:
    """Trade for a while in which things go wrong, re-armed when the desk became careful; be killed."""
    with at_exchange(folder, exchange) as desk:
        if not exchange.truth()["fills"]:
            desk.lives_until_told(has_traded)
        for _ in range(4):
            strike(exchange, rng)
            desk.lives_for(life_s / 4 * rng.uniform(0.5, 1.5))
            answered(folder, "rearm", "--yes", platform=exchange_platform(folder, exchange))


def has_traded(told: Sequence[Line]) -> bool:
    return any(one["type"] == "fill" for one in told)


def at_exchange(folder: Path, exchange: SandboxProcess) -> DeskProcess:
    return started(folder, platform=exchange_platform(folder, exchange))


def leave(folder: Path, exchange: SandboxProcess) -> None:
    """Start once more, leave everything, and stop in order."""
    exchange.lift_faults()
    with at_exchange(folder, exchange) as desk:
        code, told = answered(folder, "emergency-exit", "--yes", platform=exchange_platform(folder, exchange))
        assert code == 0, told
        desk.process.send_signal(signal.SIGTERM)
        assert desk.ends_within(STOPS_WITHIN_S) == 0


def bad_day(folder: Path, seed: int, lives: int, life_s: float) -> None:
    rng, scenario = random.Random(seed), folder / "exchange.yaml"
    scenario.write_text(WILD_MARKET)
    with started_sandbox(scenario=scenario) as exchange:
        for _ in range(lives):
            one_life(folder, exchange, rng, life_s)
        leave(folder, exchange)
        assert exchange.truth()["positions"] == []
        assert differences(folder, exchange) == []
        assert exchange.truth()["fills"], "a day without trades shows nothing"
    code, report = answered(folder, "journal verify")
    assert code == 0, report


@pytest.fixture(autouse=True)
def _account(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


@pytest.mark.timeout(400)
def test_a_desk_killed_three_times_among_faults_ends_with_the_books_of_the_venue(tmp_path: Path) -> None:
    bad_day(tmp_path, seed=1, lives=LIVES - 1, life_s=LIFE_S)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2, 12))
def test_many_bad_days(seed: int, tmp_path: Path) -> None:
    bad_day(tmp_path, seed, lives=LIVES, life_s=LIFE_S)

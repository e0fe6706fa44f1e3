"""What a blueprint's scheduled workers name and weigh is checked before anything starts, with its line."""

from pathlib import Path

import pytest

from desk.bootstrap.plugins import offered_plugins
from desk.config.configuration import load_configuration
from desk.contracts.problems import InputRefused
from tests.builders.config import PLATFORM, changed, line_of, written

PORTFOLIO = """\
name: portfolio
symbols: [BTC/USDT]
protection: none
workers:
  - use: rebalancing_agent
    parameters:
      schedule: WEEKLY_DCA
      targets:
        - {symbol: BTC/USDT, weight: 0.6}
      cash_weight: 0.4
planners:
  entry: [{use: market}]
  size: [{use: fixed_notional}]
"""
HEDGE = """\
name: hedge
symbols: [BTC/USDT:USDT]
workers:
  - use: hedge_manager
    parameters:
      instrument: BTC/USDT:USDT
      max_notional: 1000
planners:
  entry: [{use: market}]
  size: [{use: fixed_notional}]
  exit: [{use: stop_and_target}]
"""
TARGET = "- {symbol: BTC/USDT, weight: 0.6}"


def told(folder: Path, blueprint: str, platform: str = PLATFORM) -> str:
    """Return the refusal of a configuration, empty where there is none."""
    paths = written(folder, "platform.yaml", platform), [written(folder, "blueprint.yaml", blueprint)]
    try:
        load_configuration(*paths, (), {}, offered_plugins())
    except InputRefused as refused:
        return str(refused)
    return ""


@pytest.mark.parametrize("blueprint", [PORTFOLIO, HEDGE])
def test_what_fits_is_taken(blueprint: str, tmp_path: Path) -> None:
    assert told(tmp_path, blueprint) == ""


@pytest.mark.parametrize(
    ("old", "new", "at", "why"),
    [
        (
            TARGET,
            "- {symbol: ETH/USDT, weight: 0.6}",
            "ETH/USDT",
            "targets.0.symbol: ETH/USDT is none of the blueprint's symbols",
        ),
        (
            "cash_weight: 0.4",
            "cash_weight: 0.3",
            "cash_weight",
            "add up to 0.6 and cash_weight is 0.3: together that must be 1, so cash_weight is 0.4",
        ),
        ("\n      cash_weight: 0.4", "", "parameters:", "the weights add up to 0.6 and cash_weight is 0"),
        (TARGET, TARGET.replace("0.6", "-0.6"), "targets:", "BTC/USDT is spot and cannot be held short"),
        (
            TARGET,
            TARGET.replace("weight", "share"),
            "- {symbol",
            "share: unknown key; remove it; known here: symbol, weight",
        ),
        ("schedule: WEEKLY_DCA", "schedule: WEEKLY", "schedule", "did you mean `WEEKLY_DCA`?"),
        ("      cash", "      rel_band: 1\n      cash", "rel_band", "must be below 1, was 1"),
    ],
)
def test_a_portfolio_that_makes_no_sense_is_refused_in_one_line(
    old: str, new: str, at: str, why: str, tmp_path: Path
) -> None:
    text = changed(PORTFOLIO, old, new)
    refused = told(tmp_path, text)
    assert why in refused
    assert f"blueprint.yaml:{line_of(text, at)}: workers.0.parameters" in refused


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("instrument: BTC/USDT:USDT", "instrument: BTC/USDT", "BTC/USDT is none of the blueprint's symbols"),
        ("max_notional: 1000", "max_notional: 0", "must be above 0, was 0"),
        (
            "max_notional: 1000",
            "max_notional: 1000\n      mode: beta",
            "mode beta reads bars: name the symbols",
        ),
    ],
)
def test_a_hedge_that_makes_no_sense_is_refused(old: str, new: str, why: str, tmp_path: Path) -> None:
    refused = told(tmp_path, changed(HEDGE, old, new))
    assert why in refused
    assert "workers.0.parameters" in refused
    assert len(refused.splitlines()) == 1


def test_a_schedule_that_never_fires_is_refused(tmp_path: Path) -> None:
    platform = changed(PLATFORM, "cron: 0 9 * * mon", "cron: 0 0 31 2 *")
    refused = told(tmp_path, PORTFOLIO, platform)
    assert refused == (
        f"{tmp_path}/platform.yaml:{line_of(platform, 'cron')}: schedule.0.cron: '0 0 31 2 *' never fires:"
        " no such month has such a day; write a day that one of its months has, such as 28"
    )

"""The local exchange as a process of its own, with the symbols that a measurement needs, and its account."""

from pathlib import Path

from pydantic import SecretStr

from connectors.ccxt.settings import CcxtSettings, MarketChoice
from tests.builders.sandbox import SandboxProcess, started_sandbox

KEY, OTHER_KEY = "desk", "other"
START_PRICE = 100

_SCENARIO = """\
interval_ms: 500
wanders: {wanders}
opening_balances: {{USDT: 10000000}}
keys:
  - {{key: {key}, secret: {key}}}
  - {{key: {other}, secret: {other}}}
limits: {{place: {rate}, amend: {rate}, cancel: {rate}, read: {rate}}}
faults: [{faults}]
symbols:
{symbols}
"""
_SYMBOL = """\
  - {{symbol: "{symbol}", start_price: {price}, price_step: 0.01, size_step: 0.001, min_size_base: 0.001,
     annual_volatility: 1}}
"""


def started_exchange(
    folder: Path,
    symbols: tuple[str, ...],
    *,
    price: int = START_PRICE,
    rate: int = 100_000,
    latency_ms: int = 0,
    wanders: bool = True,
) -> SandboxProcess:
    """Start `desk sandbox` on a free port; leave it to end it.

    `rate` bounds creates, amends, cancels and the reads of each path, in requests within any second and for
    each key; `latency_ms` is added to every request.
    """
    folder.mkdir(parents=True, exist_ok=True)
    scenario = folder / "scenario.yaml"
    scenario.write_text(
        _SCENARIO.format(
            wanders=str(wanders).lower(),
            key=KEY,
            other=OTHER_KEY,
            rate=rate,
            faults=f"{{fault: latency, delay_ms: {latency_ms}}}" if latency_ms else "",
            symbols="".join(_SYMBOL.format(symbol=one, price=price) for one in symbols),
        ),
        encoding="utf-8",
    )
    return started_sandbox(scenario=scenario)


def account_at(base_url: str, key: str = KEY) -> CcxtSettings:
    """Return what a connector is told to trade perpetuals there."""
    return CcxtSettings(
        exchange="bybit",
        market=MarketChoice.SWAP,
        base_url=base_url,
        api_key=SecretStr(key),
        secret=SecretStr(key),
    )

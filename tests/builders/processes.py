"""A desk as a process of its own, to be signalled and killed."""

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

STARTS_WITHIN_S = HAPPENS_WITHIN_S = 60
LOOK_EVERY_S = 0.05

Line = dict[str, Any]

PLATFORM = """\
desk: {id: test-desk, account_currency: USDT}
instruments:
  - {symbol: BTC/USDT:USDT, kind: perpetual, price_step: 0.1, size_step: 0.001, min_size_base: 0.001,
     min_notional_quote: 5, maker_fee: 0.0002, taker_fee: 0.0005, max_leverage: 20}
  - {symbol: ETH/USDT:USDT, kind: perpetual, price_step: 0.01, size_step: 0.001, min_size_base: 0.001,
     min_notional_quote: 5, maker_fee: 0.0002, taker_fee: 0.0005, max_leverage: 20}
connector:
  name: paper
  paper: {opening_balances: {USDT: 100000}, latency_ms: 10}
feed:
  name: synthetic
  synthetic:
    seed: 7
    interval_ms: 20
    symbols:
      BTC/USDT:USDT: {start_price: 50000, annual_volatility: VOLATILITY, jump_probability: 0}
      ETH/USDT:USDT: {start_price: 3000, annual_volatility: VOLATILITY, jump_probability: 0}
risk: {max_order_notional: 50000, max_position_notional: 100000, max_orders_per_minute: 100000,
       duplicate_window_ms: 0}
storage: {path: FOLDER}
"""

BUSY = """\
name: busy
mode: direct
symbols: [BTC/USDT:USDT, ETH/USDT:USDT]
workers:
  - use: breakout_opportunity
    name: btc-breakout
    parameters: {symbol: BTC/USDT:USDT, interval_ms: 1000, lookback_bars: 2, min_range: 0}
  - use: breakout_opportunity
    name: eth-breakout
    parameters: {symbol: ETH/USDT:USDT, interval_ms: 1000, lookback_bars: 2, min_range: 0}
  - use: trailing_stop_manager
    name: trail
    parameters: {trigger_threshold: 0.0001, trail_distance: 0.0001, mode: continuous, cooldown_s: 0}
planners:
  entry: [{use: market}]
  size: [{use: fixed_notional}]
  exit: [{use: stop_and_target}]
direct:
  signal_type: BREAKOUT
  min_confidence: 0
  size: {notional_quote: 3000}
  exit: {stop_loss_tolerance: 0.0005, risk_reward_ratio: 3}
"""
"""Trades several times a second where the market is wild."""

WILD, CALM = "4", "0.0001"
"""Annual volatilities: one that keeps BUSY busy, and one in which nothing happens."""


@dataclass(frozen=True)
class DeskProcess:
    """A running `desk daemon`: `lines` and `words` are where it writes JSON lines and all else.

    `start_s` is how long its start took, and so a measure of the machine and of what else it does.
    """

    process: subprocess.Popen[bytes]
    lines: Path
    words: Path
    start_s: float = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        if self.process.poll() is None:
            self.kill()

    @property
    def greeting(self) -> str:
        """What it said when it had started; empty before."""
        said = self.words.read_text().splitlines(keepends=True)
        whole = (one for one in said if one.startswith("desk test-desk is") and one.endswith("\n"))
        return next(whole, "")

    def told(self) -> list[Line]:
        """Return the lines it has written so far."""
        whole = self.lines.read_bytes().rpartition(b"\n")[0]
        return [json.loads(line) for line in whole.splitlines()]

    def summary(self) -> Line:
        """Return the last line of a desk that ended cleanly."""
        summary = self.told()[-1]
        assert summary["type"] == "summary"
        return summary

    def lives_until_told(self, is_enough: Callable[[Sequence[Line]], bool]) -> None:
        """Wait until what it has told is enough."""
        self.lives_until(lambda: is_enough(self.told()))

    def lives_until(self, is_so: Callable[[], bool]) -> None:
        """Wait until `is_so`; fails where the desk ends by itself."""
        deadline_s = time.monotonic() + HAPPENS_WITHIN_S
        while not is_so():
            assert time.monotonic() < deadline_s, f"not within {HAPPENS_WITHIN_S} s: {self.words.read_text()}"
            self.lives_for(LOOK_EVERY_S)

    def lives_for(self, seconds: float) -> None:
        """Wait; fails where the desk ends by itself."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = self.process.wait(seconds)
            raise AssertionError(f"the desk ended by itself with {code}: {self.words.read_text()}")

    def ends_within(self, seconds: float) -> int:
        """Wait for its end and return its exit code; a slow machine has as long as the start took on top."""
        return self.process.wait(seconds + self.start_s)

    def kill(self) -> None:
        """Kill it as nothing can refuse, and wait for its death."""
        self.process.kill()
        self.process.wait()


def platform_text(folder: Path, volatility: str = WILD) -> str:
    """Return the platform.yaml of a desk that keeps its state in `folder`/state."""
    return PLATFORM.replace("FOLDER", str(folder / "state")).replace("VOLATILITY", volatility)


def command(
    folder: Path, name: str, *arguments: str, volatility: str = WILD, platform: str | None = None
) -> list[str]:
    """Write the files that `desk NAME` takes, and return its command line; a paper desk if not said else."""
    folder.mkdir(parents=True, exist_ok=True)
    file, blueprint = folder / "platform.yaml", folder / "busy.yaml"
    file.write_text(platform or platform_text(folder, volatility), encoding="utf-8")
    blueprint.write_text(BUSY, encoding="utf-8")
    options = ["--platform", str(file)]
    if name == "daemon":
        options += ["--blueprint", str(blueprint)]
    return [sys.executable, "-m", "desk.cli.main", *name.split(), *options, "--json", *arguments]


def started(
    folder: Path, *arguments: str, volatility: str = WILD, platform: str | None = None
) -> DeskProcess:
    """Start a daemon and wait until it says what it is."""
    line = command(folder, "daemon", *arguments, volatility=volatility, platform=platform)
    lines, words = folder / "lines.jsonl", folder / "words.txt"
    began_s = time.monotonic()
    with lines.open("wb") as out, words.open("wb") as err:
        desk = DeskProcess(subprocess.Popen(line, stdout=out, stderr=err), lines, words)
    while time.monotonic() < began_s + STARTS_WITHIN_S:
        if desk.greeting:
            return replace(desk, start_s=time.monotonic() - began_s)
        desk.lives_for(LOOK_EVERY_S)
    desk.kill()
    raise AssertionError(f"no desk after {STARTS_WITHIN_S} s: {words.read_text()}")


def answered(folder: Path, name: str, *arguments: str, platform: str | None = None) -> tuple[int, Line]:
    """Run a command to its end; return its exit code and the JSON it answered."""
    done = subprocess.run(
        command(folder, name, *arguments, platform=platform),
        capture_output=True,
        text=True,
        check=False,
        timeout=STARTS_WITHIN_S,
    )
    answer: Line = json.loads(done.stdout) if done.stdout else {"stderr": done.stderr}
    return done.returncode, answer

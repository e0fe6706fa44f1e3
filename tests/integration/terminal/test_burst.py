"""Two keys while 5,000 ticks a second come: the way out is taken all the same, and ends flat."""

import signal
import time
from pathlib import Path

from desk.cli.reaching import ask
from desk.config.storage import StorageLayout
from desk.contracts.states import DeskState
from desk.control.socket_client import SocketClient
from tests.builders.evidence import evidence
from tests.builders.processes import BUSY, HAPPENS_WITHIN_S, command
from tests.builders.promises import broken_at_any_time
from tests.builders.terminals import in_terminal

SYMBOLS = [f"C{number}/USDT:USDT" for number in range(10)]
TICKS_PER_SECOND = 5_000
BURST_S = 10
ENDS_WITHIN_S = 60.0

INSTRUMENT = """\
  - {{symbol: "{symbol}", kind: perpetual, price_step: 0.01, size_step: 0.001, min_size_base: 0.001,
     min_notional_quote: 5, maker_fee: 0.0002, taker_fee: 0.0005, max_leverage: 20}}
"""


def burst_line(folder: Path) -> list[str]:
    """Write a desk of ten symbols that tick 5,000 times a second together; return its command line."""
    line = [one for one in command(folder, "run") if one != "--json"]
    prices = "".join(
        f'      "{one}": {{start_price: 100, annual_volatility: 4, jump_probability: 0}}\n' for one in SYMBOLS
    )
    (folder / "platform.yaml").write_text(
        "desk: {id: test-desk, account_currency: USDT}\n"
        f"instruments:\n{''.join(INSTRUMENT.format(symbol=one) for one in SYMBOLS)}"
        "connector: {name: paper, paper: {opening_balances: {USDT: 1000000}, latency_ms: 10}}\n"
        "feed:\n  name: synthetic\n  synthetic:\n    seed: 7\n"
        f"    interval_ms: {len(SYMBOLS) * 1000 // TICKS_PER_SECOND}\n    symbols:\n{prices}"
        "risk: {max_order_notional: 50000, max_position_notional: 100000, max_orders_per_minute: 100000,\n"
        "       duplicate_window_ms: 0}\n"
        f"storage: {{path: {folder / 'state'}}}\n"
    )
    for number, symbol in enumerate(SYMBOLS[:2]):
        text = BUSY.replace("BTC/USDT:USDT", symbol).replace("ETH/USDT:USDT", SYMBOLS[number + 2])
        text = text.replace("name: busy", f"name: busy-{number}")
        (folder / f"busy-{number}.yaml").write_text(text)
    blueprints = [f"{folder}/busy-{number}.yaml" for number in range(2)]
    return [*line, *(part for one in blueprints for part in ("--blueprint", one))]


def ticks_of(storage: StorageLayout) -> int:
    return ask(storage, SocketClient.snapshot).health.ticks


def test_two_keys_in_a_burst_of_ticks_end_flat(tmp_path: Path) -> None:
    storage = StorageLayout(tmp_path / "state")
    with in_terminal(burst_line(tmp_path)) as terminal:
        terminal.see("ACTIVE", "PAPER", "LONG")
        began_s, before = time.monotonic(), ticks_of(storage)
        while time.monotonic() - began_s < BURST_S:
            terminal.press("j", "k", "j", "k")  # a trader looks around meanwhile
        assert ticks_of(storage) - before > TICKS_PER_SECOND, f"no burst within {HAPPENS_WITHIN_S} s"
        shown = terminal.see("X exit")
        terminal.press("X", "X")
        terminal.see("FLAT", "HALTED", since=shown)
        terminal.send(signal.SIGTERM)
        assert terminal.ends_within(ENDS_WITHIN_S) == 0
        assert "Traceback" not in terminal.drawn
    found = evidence(storage)
    assert found.ledger.open_positions() == ()
    assert found.ledger.latch().state is DeskState.HALTED
    assert broken_at_any_time(storage) == []

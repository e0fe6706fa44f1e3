"""platform.yaml: what it says, what may be laid over it, and what is refused."""

from decimal import Decimal
from pathlib import Path

import pytest

from desk.config.platform import Platform
from desk.config.platform_file import load_platform
from desk.config.storage import storage_of
from desk.contracts.market import InstrumentKind
from desk.contracts.problems import InputRefused
from tests.builders.config import PLATFORM, changed, written


def loaded(folder: Path, *settings: str, text: str = PLATFORM, **environment: str) -> Platform:
    return load_platform(written(folder, "platform.yaml", text), settings, environment).platform


def refusal(folder: Path, *settings: str, text: str = PLATFORM, **environment: str) -> str:
    with pytest.raises(InputRefused) as caught:
        loaded(folder, *settings, text=text, **environment)
    return str(caught.value)


def test_an_instrument_is_handed_on_as_the_desk_knows_it(tmp_path: Path) -> None:
    spot, perpetual = (one.instrument() for one in loaded(tmp_path).instruments)
    assert (spot.base, spot.quote, spot.kind) == ("BTC", "USDT", InstrumentKind.SPOT)
    assert (perpetual.base, perpetual.quote) == ("BTC", "USDT")
    assert str(perpetual.price_step) == "0.10"


def test_what_is_left_out_has_the_safe_default(tmp_path: Path) -> None:
    platform = loaded(tmp_path)
    execution = platform.orchestration.plan_execution
    assert (execution.enabled, execution.timeout_ms, execution.retry_policy.max_retries) == (True, 30_000, 3)
    assert execution.error_handling.on_api_failure == "rollback_ledger"
    assert platform.risk.price_collar == Decimal("0.05")


def test_an_option_lies_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    name = "DESK__RISK__MAX_OPEN_TRADES"
    assert loaded(tmp_path, **{name: "7"}).risk.max_open_trades == 7
    assert loaded(tmp_path, "risk.max_open_trades=3", **{name: "7"}).risk.max_open_trades == 3


def test_a_setting_reaches_lists_symbols_and_sections_that_the_file_lacks(tmp_path: Path) -> None:
    platform = loaded(
        tmp_path,
        "feed.synthetic.symbols.BTC/USDT.start_price=1.50",
        "orchestration.plan_execution.enabled=false",
        "instruments.0.maker_fee=0.0005",
        "storage.path=/somewhere",
        DESK__INSTRUMENTS__1__TAKER_FEE="0.0007",
    )
    assert platform.feed.synthetic is not None
    assert str(platform.feed.synthetic.symbols["BTC/USDT"].start_price) == "1.50"
    assert not platform.orchestration.plan_execution.enabled
    assert str(platform.instruments[0].maker_fee) == "0.0005"
    assert str(platform.instruments[1].taker_fee) == "0.0007"
    assert platform.storage.path == "/somewhere"


@pytest.mark.parametrize(
    ("setting", "start"),
    [
        ("risk.max_order=1", "--set: risk.max_order: unknown key; did you mean `max_order_notional`?"),
        ("risk.max_open_trades=12:30", "--set: risk.max_open_trades: `12:30`"),
        ("risk", "--set: 'risk' is no setting"),
        ("risk..x=1", "--set: 'risk..x=1' is no setting"),
        ("desk.id.deeper=1", "--set: desk.id.deeper: `deeper` leads nowhere"),
        ("instruments.9.symbol=BTC/USDT", "--set: instruments.9.symbol: `9` leads nowhere"),
    ],
)
def test_a_wrong_setting_is_told_by_its_option(tmp_path: Path, setting: str, start: str) -> None:
    assert refusal(tmp_path, setting).startswith(start)


def test_a_fault_inside_a_section_that_was_set_is_told_by_its_option(tmp_path: Path) -> None:
    told = refusal(tmp_path, "risk={max_order_notional: -1, max_position_notional: 5}")
    assert told.startswith("--set: risk.max_order_notional: must be above 0")


def test_a_wrong_variable_is_told_by_its_name(tmp_path: Path) -> None:
    told = refusal(tmp_path, DESK__RISK__PRICE_COLLAR="NaN")
    assert told.startswith("environment DESK__RISK__PRICE_COLLAR: risk.price_collar: must be a finite number")
    assert "a part of the name is empty" in refusal(tmp_path, DESK__RISK____X="1")


def test_a_variable_of_another_program_is_left_alone(tmp_path: Path) -> None:
    assert loaded(tmp_path, DESKTOP_SESSION="x", DESK_COLOR="y").desk.id == "test-desk"


def test_a_value_that_looks_like_a_secret_is_not_repeated(tmp_path: Path) -> None:
    told = refusal(tmp_path, text=changed(PLATFORM, "  name: paper\n", "  name: paper\n  api_key: hunter2\n"))
    assert "unknown key" in told
    assert "hunter2" not in told


def test_state_lies_in_the_users_state_folder_or_where_the_platform_says(tmp_path: Path) -> None:
    own = storage_of(loaded(tmp_path))
    assert own.folder.name == "test-desk"
    told = storage_of(loaded(tmp_path, f"storage.path={tmp_path}/state"))
    assert told.journal == tmp_path / "state" / "journal.sqlite3"
    assert told.replay.journal == tmp_path / "state" / "replay" / "journal.sqlite3"
    told.create()
    assert told.folder.stat().st_mode & 0o777 == 0o700

"""`desk new-worker` writes what runs at once, and nothing over what is there."""

from pathlib import Path

import pytest

from desk.cli.main import main
from tests.builders.config import PLATFORM, written

SPOT_ONLY = """\
desk: {id: spot-desk, account_currency: EUR}
instruments:
  - {symbol: ETH/EUR, kind: spot, price_step: 0.01, size_step: 0.0001, min_size_base: 0.0001,
     min_notional_quote: 5, maker_fee: 0.001, taker_fee: 0.001}
connector: {name: paper, paper: {opening_balances: {EUR: 1000}}}
feed: {name: synthetic, synthetic: {seed: 7, interval_ms: 100, symbols: {ETH/EUR: {start_price: 3000}}}}
risk: {max_order_notional: 500, max_position_notional: 500, max_open_trades: 5}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ask(name: str, category: str = "threat", *more: str) -> int:
    return main(["new-worker", name, "--category", category, *more])


def test_it_writes_a_worker_its_test_and_a_blueprint_and_says_what_to_run(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask("dip_watch") == 0
    told = capsys.readouterr().out
    for name in ("dip_watch.py", "test_dip_watch.py", "dip_watch.yaml", "sample_prices.csv"):
        assert (folder / "plugins" / name).is_file()
        assert f"wrote  plugins/{name}\n" in told
    assert "  pytest plugins/test_dip_watch.py\n" in told
    assert "  desk check plugins/dip_watch.yaml --platform platform.yaml\n" in told
    assert "  desk replay --data plugins/sample_prices.csv --blueprint plugins/dip_watch.yaml\n" in told
    assert "  desk workers plugins/dip_watch.py:DipWatch\n" in told


def test_no_word_of_the_template_is_left(folder: Path) -> None:
    written(folder, "platform.yaml", SPOT_ONLY)
    assert ask("dip_watch", "opportunity") == 0
    for path in (folder / "plugins").glob("*dip_watch*"):
        text = path.read_text(encoding="utf-8")
        assert not any(word in text for word in ("new_worker", "new-worker", "NewWorker", "BTC/USDT"))
        assert "ETH/EUR" in text or path.name == "dip_watch.py"


def test_what_is_written_can_be_changed_by_its_user_alone(folder: Path) -> None:
    assert ask("dip_watch") == 0
    for path in ((folder / "plugins"), *(folder / "plugins").iterdir()):
        assert path.stat().st_mode & 0o022 == 0


def test_a_platform_is_written_only_where_there_is_none(folder: Path) -> None:
    own = written(folder, "platform.yaml", PLATFORM)
    assert ask("dip_watch") == 0
    assert own.read_text(encoding="utf-8") == PLATFORM
    own.unlink()
    assert ask("dip_hunter") == 0
    assert main(["check", "platform.yaml", "plugins/dip_watch.yaml", "plugins/dip_hunter.yaml"]) == 0


@pytest.mark.parametrize("name", ["dip_watch.py", "test_dip_watch.py", "dip_watch.yaml"])
def test_nothing_is_written_over_and_nothing_written_beside_it(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    (folder / "plugins").mkdir()
    mine = written(folder / "plugins", name, "mine")
    assert ask("dip_watch") == 2
    assert f"plugins/{name}: is there already, and is not written over; " in capsys.readouterr().err
    assert mine.read_text(encoding="utf-8") == "mine"
    assert list(folder.rglob("*.*")) == [mine]


@pytest.mark.usefixtures("folder")
def test_a_second_worker_shares_the_prices_of_the_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("dip_watch") == 0
    assert ask("dip_hunter", "OPPORTUNITY", "--folder", "plugins") == 0
    assert "kept   plugins/sample_prices.csv\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("DipWatch", "is no name for a worker; write `dip_watch`"),
        ("dip-watch", "is no name for a worker; write `dip_watch`"),
        ("dip watch", "is no name for a worker; write `dip_watch`"),
        ("../dip", "is no name for a worker; write `dip`"),
        ("class", "is no name for a worker; write small letters"),
        ("7up", "is no name for a worker; write small letters"),
        ("", "is no name for a worker; write small letters"),
        ("a" * 33, "is no name for a worker; write small letters"),
        ("dca_executor", "the desk has a worker dca_executor; write another name"),
        ("dcaexecutor", "the desk has a worker dca_executor; write another name"),
        ("decimal", "Python has a module decimal, which the file would hide; write another name"),
        ("desk", "Python has a module desk, which the file would hide; write another name"),
    ],
)
def test_a_bad_name_is_refused_with_a_better_one(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str, remedy: str
) -> None:
    assert ask(name) == 2
    told = capsys.readouterr().err
    assert told.startswith("desk new-worker: NAME: ")
    assert remedy in told
    assert len(told.splitlines()) == 1
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("category", "remedy"),
    [("RISK", "write one of: CONTEXT"), ("oportunity", "did you mean `OPPORTUNITY`?")],
)
@pytest.mark.usefixtures("folder")
def test_an_unknown_category_is_guessed_or_listed(
    capsys: pytest.CaptureFixture[str], category: str, remedy: str
) -> None:
    assert ask("dip_watch", category) == 2
    assert remedy in capsys.readouterr().err


def test_a_schedule_is_needed_to_hear_one(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(folder, "platform.yaml", SPOT_ONLY)
    assert ask("weekly_buy", "scheduled-operations") == 2
    assert capsys.readouterr().err.startswith("platform.yaml: schedule: has no schedule, and a worker of")
    assert not (folder / "plugins").exists()


def test_a_folder_that_others_can_change_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shared = folder / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    assert ask("dip_watch", "threat", "--folder", "shared") == 2
    assert "`chmod go-w shared`" in capsys.readouterr().err
    assert list(shared.iterdir()) == []


def test_a_folder_that_is_a_file_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(folder, "plugins", "")
    assert ask("dip_watch") == 2
    assert "plugins: --folder: is no folder; name another" in capsys.readouterr().err

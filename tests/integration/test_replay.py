"""`desk replay` as its user runs it: on the committed candles, from the command line to the journal."""

import json
from pathlib import Path
from typing import Any

import pytest

from desk.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
CANDLES = ROOT / "tests" / "data" / "btc_usd_candles.csv"
JANUARY = ROOT.parent / "shared" / "data" / "btc_usd_perp_1m_2022-01.csv"
SHOWN = {"directive", "refused", "execution", "fill", "termination", "alarm", "summary"}


def replay(folder: Path, capsys: pytest.CaptureFixture[str], data: Path = CANDLES) -> list[dict[str, Any]]:
    """Run the command and return its JSON lines."""
    code = main(
        [
            "replay", "--data", str(data), "--blueprint", str(ROOT / "blueprints" / "btc-trend.yaml"),
            "--platform", str(ROOT / "platform.yaml"), "--set", f"storage.path={folder}", "--json",
        ]
    )  # fmt: skip
    assert code == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def journal_of(folder: Path) -> str:
    return str(folder / "replay" / "journal.sqlite3")


def test_every_line_says_what_when_and_of_which_flow(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = replay(tmp_path, capsys)
    assert {line["type"] for line in lines} <= SHOWN
    assert all({"type", "time", "id", "flow_id"} <= line.keys() for line in lines)
    assert all(line["time"].endswith("Z") for line in lines)
    assert [line["type"] for line in lines].index("summary") == len(lines) - 1
    fills = [line for line in lines if line["type"] == "fill"]
    assert fills
    assert all(isinstance(line["price"], str) and isinstance(line["size_base"], str) for line in fills)
    assert all({"trade_id", "worker", "symbol"} <= line.keys() for line in fills)


def test_trades_are_opened_trailed_and_closed_and_each_flow_ends_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = replay(tmp_path, capsys)
    scopes = {line["scope"] for line in lines if line["type"] == "directive"}
    assert scopes == {"NEW_TRADE", "MODIFY_EXISTING", "CLOSE_EXISTING"}
    begun = [line["flow_id"] for line in lines if line["type"] == "directive"]
    ended = [line["flow_id"] for line in lines if line["type"] == "termination"]
    assert sorted(begun) == sorted(ended)
    assert len(set(ended)) == len(ended)
    summary = lines[-1]
    assert summary["open_flows"] == 0
    assert summary["counts"]["directive"] == len(begun)
    assert sum(summary["directives_by_worker"].values()) == len(begun)


def test_the_same_data_and_seed_give_the_same_journal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = replay(tmp_path / "first", capsys)
    second = replay(tmp_path / "second", capsys)
    assert first[-1]["journal_hash"] == second[-1]["journal_hash"]
    assert first[:-1] == second[:-1]


def test_the_journal_of_a_replay_verifies_and_every_fill_can_say_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = replay(tmp_path, capsys)
    assert main(["journal", "verify", "--journal", journal_of(tmp_path)]) == 0
    fills = [line["id"] for line in lines if line["type"] == "fill"]
    assert f"{len(fills)} of {len(fills)} fills can say why" in capsys.readouterr().out
    for fill_id in fills:
        assert main(["why", fill_id, "--journal", journal_of(tmp_path)]) == 0
        told = capsys.readouterr().out
        assert told.startswith("TCK_")
        assert "directive NEW_TRADE" in told
        assert fill_id in told


def test_a_replay_leaves_the_desk_s_own_journal_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "journal.sqlite3"
    own.write_bytes(b"the desk's own")
    replay(tmp_path, capsys)
    assert own.read_bytes() == b"the desk's own"


@pytest.mark.skipif(not JANUARY.exists(), reason="the shared market data is not here")
def test_the_fall_of_january_2022_is_traded_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = replay(tmp_path, capsys, JANUARY)
    summary = lines[-1]
    assert summary["ticks"] > 180_000
    assert summary["open_flows"] == 0
    assert summary["counts"]["alarm"] == 0
    workers = summary["directives_by_worker"]
    assert workers["swot_planner"] > 0
    assert workers["trailing_stop_manager"] > 0
    assert main(["journal", "verify", "--journal", journal_of(tmp_path)]) == 0

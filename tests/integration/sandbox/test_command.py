"""`desk sandbox` as a process: what it prints, what it obeys, how it ends."""

import json
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import yaml

from tests.builders.sandbox import KEY, PERP, SECRET, STARTS_WITHIN_S, started_sandbox

_STANDING = """\
wanders: false
faults:
  - {fault: latency, delay_ms: 1, strikes: [place]}
"""
_CANDLES = """\
time_ms,open,high,low,close,volume
1700000000000,70000,70100,69900,70050,5
1700000060000,70050,70060,70000,70010,5
"""


def test_it_prints_how_to_connect_obeys_the_admin_and_ends_on_a_signal(tmp_path: Path) -> None:
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text(_STANDING, encoding="utf-8")
    with started_sandbox(scenario=scenario) as venue:
        said = "".join(venue.said)
        assert "# In platform.yaml, in place of the connector and the feed that stand there:\n" in said
        platform = yaml.safe_load(said[said.index("connector:") :])
        assert platform["connector"]["ccxt"] == {
            "exchange": "bybit",
            "market": "swap",
            "mode": "sandbox",
            "base_url": venue.base_url,
            "api_key": "env:DESK_SANDBOX_KEY",
            "secret": "env:DESK_SANDBOX_SECRET",
        }
        assert f"export DESK_SANDBOX_KEY='{KEY}'" in said
        assert f"export DESK_SANDBOX_SECRET='{SECRET}'" in said

        venue.price("51000")
        venue.admin("trade", {"symbol": PERP, "side": "BUY", "size_base": "0.1"})
        (held,) = venue.truth()["positions"]
        assert (held["symbol"], held["size_base"]) == (PERP, "0.1")
        assert len(venue.truth()["fills"]) == 1

        faults = venue.admin("faults")
        assert [one["fault"] for one in faults["active"]] == ["latency"]
        assert "hang_after" in faults["known"]
        number = venue.fault("halted", symbol=PERP)
        assert venue.admin("faults", {"number": number}, "DELETE") == {"lifted": True}
        venue.lift_faults()
        assert venue.admin("faults")["active"] == []
        for path, body, (status, told) in (
            ("faults", {"fault": "gremlins"}, (400, "unknown fault 'gremlins'; write one of: latency, ")),
            ("faults", {"fault": "halted", "symbol": "NOPE/USDT"}, (404, "NOPE/USDT is not known here")),
            ("trade", {"symbol": PERP, "side": "BUY", "size_base": "10000"}, (409, "")),
            ("price", {"symbol": PERP, "price": "-1"}, (400, "price: ")),
            ("nothing", {}, (404, "not known here; known are ")),
        ):
            with pytest.raises(urllib.error.HTTPError) as refused:
                venue.admin(path, body)
            assert refused.value.code == status
            assert json.loads(refused.value.read())["error"].startswith(told)
            refused.value.close()

        port = venue.base_url.rpartition(":")[2]
        command = [sys.executable, "-m", "desk.cli.main", "sandbox", "--port", port]
        second = subprocess.run(command, capture_output=True, text=True, check=False, timeout=STARTS_WITHIN_S)
        assert second.returncode == 4
        assert second.stderr == f"desk: port {port} is in use; end what uses it, or name another by --port\n"

        venue.process.send_signal(signal.SIGINT)
        assert venue.process.wait(STARTS_WITHIN_S) == 0
        assert venue.process.stderr is not None
        assert venue.process.stderr.read() == ""


def test_recorded_candles_lead_the_prices(tmp_path: Path) -> None:
    recording = tmp_path / "btc.csv"
    recording.write_text(_CANDLES, encoding="utf-8")
    with started_sandbox("--data", f"{PERP}={recording}", "--speed", "0.001") as venue:
        venue.admin("trade", {"symbol": PERP, "side": "BUY", "size_base": "0.1"})
        (held,) = venue.truth()["positions"]
        assert 69_000 < float(held["entry_price"]) < 71_000
        past = f"{venue.base_url}/v5/market/kline?category=linear&symbol=BTCUSDT&interval=60&limit=24"
        with urllib.request.urlopen(past, timeout=STARTS_WITHIN_S) as reply:  # noqa: S310 - our own server
            candles = json.load(reply)["result"]["list"]
        assert all(55_000 < float(one[4]) < 85_000 for one in candles)

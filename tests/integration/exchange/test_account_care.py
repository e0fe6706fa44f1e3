"""What a look or a run must not leave behind: an order, or a secret."""

import asyncio
from pathlib import Path

import pytest
from pydantic import SecretStr

from connectors.ccxt.examination import Examination
from connectors.ccxt.settings import CcxtSettings, MarketChoice, ModeChoice
from desk.bootstrap.doctor import DoctorRun, examine
from desk.cli.main import main
from desk.config.platform_file import load_platform
from desk.config.storage import StorageLayout
from desk.contracts.examination import Finding, Verdict
from desk.runtime.clock import WallClock
from desk.runtime.tasks import TaskSupervisor
from tests.builders.config import written
from tests.builders.exchange_host import exchange_account, exchange_environment, hosted_exchange
from tests.builders.sandbox import KEY, SECRET, sandbox

WITHIN_S = 60


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in exchange_environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("desk.bootstrap.doctor_looks._STREAMS_WITHIN_MS", 60_000)  # machines may be slow
    return tmp_path


async def test_a_look_that_is_broken_off_leaves_no_order(folder: Path) -> None:
    found: list[Finding] = []
    supervisor = TaskSupervisor(lambda *_: None)
    async with sandbox() as exchange:
        exchange.fault("stale_reads", lag_ms=600_000)
        path = written(folder, "platform.yaml", exchange_account(exchange.base_url))
        run = DoctorRun(
            platform=load_platform(path, (), {}).platform,
            storage=StorageLayout(folder / "state"),
            armed_by=None,
            trade=True,
            clock=WallClock(),
            spawner=supervisor,
            on_look=lambda _: None,
            on_finding=found.append,
        )
        look = asyncio.get_running_loop().create_task(examine(run))
        async with asyncio.timeout(WITHIN_S):
            while not exchange.open_ids:
                assert not look.done(), found
                await WallClock().sleep_ms(10)
            look.cancel()
            with pytest.raises(asyncio.CancelledError):
                await look
        assert exchange.open_ids == []
        assert len(exchange.accepted) == 1
        await supervisor.stop(1000)


@pytest.mark.parametrize("key", [KEY, "unknownkey"])
def test_no_secret_is_written_anywhere(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], key: str
) -> None:
    monkeypatch.setenv("DESK_TEST_KEY", key)
    with hosted_exchange() as host:
        path = written(folder, "platform.yaml", exchange_account(host.base_url))
        place = ["--platform", str(path), "--set", f"storage.path={folder}/state"]
        assert main(["daemon", *place, "--duration", "1s", "--json"]) == (0 if key == KEY else 2)
        assert main(["doctor", *place]) == (0 if key == KEY else 1)
        assert main(["doctor", *place, "--json"]) == (0 if key == KEY else 1)
    written_files = [one for one in folder.rglob("*") if one.is_file()]
    assert any(one.name == "journal.sqlite3" for one in written_files)
    said = capfd.readouterr()
    everything = b"".join(one.read_bytes() for one in written_files) + f"{said.out}{said.err}".encode()
    for secret in (key, SECRET):
        assert secret.encode() not in everything


async def test_a_live_account_that_is_not_armed_is_asked_for_nothing_of_its_own() -> None:
    settings = CcxtSettings(
        exchange="bybit",
        market=MarketChoice.SWAP,
        mode=ModeChoice.LIVE,
        api_key=SecretStr(KEY),
        secret=SecretStr(SECRET),
    )
    supervisor = TaskSupervisor(lambda *_: None)
    for armed in (False, True):
        looks = Examination(settings.model_copy(update={"is_armed": armed}), WallClock(), supervisor)
        assert looks.may_sign is armed
        where = await looks.mode_and_host()
        assert ("not armed" in where.told) is not armed
        assert "api.bybit.com" in where.told
        if not armed:
            for finding in (await looks.credentials(), await looks.permissions()):
                assert finding.verdict is Verdict.DOES_NOT_APPLY
                assert "give --live" in finding.told
        await looks.close()
    await supervisor.stop(1000)

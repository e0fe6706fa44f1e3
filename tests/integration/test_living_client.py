"""A desk on real files and real time, asked everything the port offers while it trades."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from desk.bootstrap.assembly import Desk
from desk.bootstrap.doors import local_client
from desk.bootstrap.live import LiveRun, run_live
from desk.bootstrap.plugins import offered_plugins
from desk.config.configuration import load_configuration
from desk.contracts.commands import EmergencyExit
from desk.contracts.ports.client import DeskClient
from desk.contracts.records import EntryKind, JournalEntry
from desk.journal.trace import trace
from desk.journal.verify import verify
from tests.builders.processes import BUSY, HAPPENS_WITHIN_S, PLATFORM, WILD

BTC = "BTC/USDT:USDT"


@dataclass
class Watch:
    """See a desk start, and count what it records."""

    started: asyncio.Future[Desk]
    happened: asyncio.Event = field(default_factory=asyncio.Event)
    counts: Counter[EntryKind] = field(default_factory=Counter)
    newest: dict[EntryKind, str] = field(default_factory=dict)

    def on_started(self, desk: Desk) -> None:
        self.started.set_result(desk)

    def on_entry(self, entry: JournalEntry) -> None:
        self.counts[entry.kind] += 1
        self.newest[entry.kind] = entry.subject_id
        self.happened.set()

    async def until(self, kind: EntryKind, count: int) -> str:
        """Wait until so many of a kind were recorded; return the id of the newest."""
        async with asyncio.timeout(HAPPENS_WITHIN_S):
            while self.counts[kind] < count:
                self.happened.clear()
                await self.happened.wait()
        return self.newest[kind]


def the_run(folder: Path, watch: Watch, stop: asyncio.Event) -> LiveRun:
    platform, blueprint = folder / "platform.yaml", folder / "busy.yaml"
    platform.write_text(PLATFORM.replace("FOLDER", str(folder / "state")).replace("VOLATILITY", WILD))
    blueprint.write_text(BUSY)
    configuration = load_configuration(platform, [blueprint], (), {}, offered_plugins())
    return LiveRun(configuration, None, stop, watch.on_entry, watch.on_started, lambda *_: None)


async def asked(client: DeskClient, watch: Watch) -> str:
    """Ask why of three fills in a row, each a moment after it was booked, and all else there is."""
    fill_id = ""
    for count in (1, 4, 8):
        fill_id = await watch.until(EntryKind.FILL_BOOKED, count)
        before = watch.counts.total()
        tree = await client.why(fill_id)
        assert tree.is_unbroken
        assert tree.nodes[0].id.startswith("TCK_")
        assert any(fact.kind == "FILL_BOOKED" for node in tree.nodes for fact in node.facts)
        assert await client.why_not() is not None
        await watch.until(EntryKind.FILL_BOOKED, count + 1)
        assert watch.counts.total() > before, "the desk went on"
    return fill_id


def test_a_desk_that_trades_answers_everything_over_its_one_connection(tmp_path: Path) -> None:
    async def lived() -> str:
        watch = Watch(asyncio.get_running_loop().create_future())
        stop = asyncio.Event()
        running = asyncio.get_running_loop().create_task(run_live(the_run(tmp_path, watch, stop)))
        client = local_client(await watch.started)
        try:
            fill_id = await asked(client, watch)
            chart = await client.chart(BTC, 60_000, 50)
            assert len(chart.bars) == 50, "the feed's own past is there before the first look"
            history = await client.history()
            assert history.equity
            seen = await client.snapshot()
            assert seen.health.ticks > 0
            assert seen.health.journal_lag >= 0
            answer = await client.execute(EmergencyExit())
            assert answer.accepted
            async with asyncio.timeout(HAPPENS_WITHIN_S):
                while not ((seen := await client.snapshot()).exit and seen.exit.is_over):
                    watch.happened.clear()
                    await watch.happened.wait()
            assert seen.exit.word == "FLAT"
            closed = (await client.history()).closed
            assert {one.trade_id for one in seen.exit.lines} <= {one.trade_id for one in closed}
        finally:
            stop.set()
            await running
        return fill_id

    fill_id = asyncio.run(lived())
    journal = tmp_path / "state" / "journal.sqlite3"
    assert verify(journal).is_whole
    assert trace(journal, fill_id).is_unbroken

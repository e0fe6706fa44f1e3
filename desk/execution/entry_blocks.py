"""Blocks on new risk, by RISK_CONTROL workers: written down, told, and obeyed by what rests."""

from desk.bus import EventBus
from desk.contracts import events
from desk.contracts.blocks import EntryBlock, EntryRelease
from desk.contracts.causality import CausalityChain
from desk.contracts.ids import ManualId
from desk.contracts.ports.store import LedgerView, Recorder
from desk.contracts.ports.time import Clock
from desk.contracts.records import EntryKind, JournalEntry
from desk.contracts.states import AlarmSeverity
from desk.execution.alarm_subjects import About, Subject
from desk.execution.alarms import Alarms
from desk.execution.entry_stopper import EntryStopper
from desk.execution.flow_journal import BirthEntries


class EntryBlocks:
    """Follow blocks: the gate refuses new risk from then on, and entries that rest are cancelled."""

    def __init__(
        self,
        *,
        bus: EventBus,
        recorder: Recorder,
        ledger: LedgerView,
        clock: Clock,
        births: BirthEntries,
        alarms: Alarms,
        stopper: EntryStopper,
    ) -> None:
        self._bus = bus
        self._recorder = recorder
        self._ledger = ledger
        self._clock = clock
        self._births = births
        self._alarms = alarms
        self._stopper = stopper

    def attach(self) -> None:
        """Hear of blocks."""
        self._bus.subscribe(events.ENTRIES_BLOCKED, self.on_block, subscriber="platform.entry_blocks")
        self._bus.subscribe(events.ENTRIES_RELEASED, self.on_release, subscriber="platform.entry_blocks")

    def on_block(self, block: EntryBlock) -> None:
        """Let a block stand, tell it, and cancel the entries it forbids."""
        entry = JournalEntry(
            EntryKind.ENTRIES_BLOCKED,
            _subject(block),
            self._clock.now_ms(),
            block,
            causes=block.causality.ids(),
            worker=block.worker,
            symbol=block.symbol,
        )
        self._recorder.record(*self._births(block.causality), entry)
        text = f"no new risk {_about(block)}: {block.worker}: {block.reason}"
        self._alarms.end(_told_of(block), f"{block.worker} says anew why")
        self._alarms.raise_alarm(
            AlarmSeverity.WARNING,
            text,
            *block.causality.ids(),
            symbol=block.symbol,
            about=_told_of(block),
        )
        self.obey(block)

    def obey(self, block: EntryBlock) -> None:
        """Cancel what rests and is forbidden."""
        self._stopper.stop("blocked", f"{block.worker} blocks new risk: {block.reason}", block.forbids)

    def on_release(self, release: EntryRelease) -> None:
        """Lift a block that stands."""
        if release.key not in {one.key for one in self._ledger.entry_blocks()}:
            return
        entry = JournalEntry(
            EntryKind.ENTRIES_RELEASED,
            _subject(release),
            self._clock.now_ms(),
            release,
            causes=release.causality.ids(),
            worker=release.worker,
            symbol=release.symbol,
        )
        self._recorder.record(*self._births(release.causality), entry)
        self._alarms.end(_told_of(release), release.reason)

    def lift_all(self, reason: str, manual_id: ManualId) -> int:
        """Lift every block by the operator's hand; return how many stood."""
        blocks = self._ledger.entry_blocks()
        for block in blocks:
            release = EntryRelease(
                strategy_id=block.strategy_id,
                worker=block.worker,
                symbol=block.symbol,
                reason=reason,
                released_at_ms=self._clock.now_ms(),
                by_operator=True,
                causality=CausalityChain.born(manual_id),
            )
            self._bus.publish(events.ENTRIES_RELEASED, release, strategy_id=block.strategy_id)
        return len(blocks)


def _subject(of: EntryBlock | EntryRelease) -> str:
    """Name what the entry is about: who blocks, on what."""
    return "/".join(part for part in of.key if part)


def _told_of(of: EntryBlock | EntryRelease) -> About:
    return About(Subject.BLOCK, _subject(of))


def _about(block: EntryBlock) -> str:
    about = "anywhere" if block.symbol is None else f"on {block.symbol}"
    return f"{about} for {block.strategy_id}" if block.own_strategy_only else about

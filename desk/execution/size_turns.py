"""Which way a trade's size went last, and by whose hand: what keeps two workers from playing ping-pong."""

from pydantic import ValidationError

from desk.contracts.dto import Dto
from desk.contracts.ids import TradeId
from desk.contracts.manifests import WorkerCategory
from desk.contracts.ports.store import LedgerView, Recorder
from desk.contracts.ports.time import Clock
from desk.contracts.records import EntryKind, JournalEntry, WorkerStateSaved
from desk.execution.precedence import Author, Wish

ARBITRATION = "platform.arbitration"
"""In whose name the turns are written down."""


class SizeTurn(Dto):
    """Remember that a worker made a trade larger (+1) or smaller (-1)."""

    directive_id: str
    strategy_id: str
    worker: str
    turn: int
    at_ms: int


class SizeTurns:
    """Hold the last turn of each open trade.

    One that is about to be sent is written down before it leaves, and counts after a restart as if it had
    filled; in this life only what filled counts.
    """

    def __init__(self, recorder: Recorder, ledger: LedgerView, clock: Clock, settling_ms: int) -> None:
        self._recorder = recorder
        self._clock = clock
        self._settling_ms = settling_ms
        self._turns: dict[TradeId, SizeTurn] = {}
        self._restore(ledger)

    def opposed(self, wish: Wish) -> str | None:
        """Say which turn of another worker `wish` would undo before it has settled.

        RISK_CONTROL reduces at any time: a limit that waits is none.
        """
        last = self._turns.get(wish.trade_id)
        is_free = wish.author.has_authority or wish.author.category is WorkerCategory.RISK_CONTROL
        if last is None or is_free or wish.turn * last.turn >= 0:
            return None
        by = Author(last.strategy_id, last.worker)
        past_ms = self._clock.now_ms() - last.at_ms
        if wish.author.is_same(by) or not 0 <= past_ms < self._settling_ms:
            return None
        did = "added to" if last.turn > 0 else "reduced"
        return (
            f"{last.directive_id} by {by} {did} the trade {past_ms} ms ago: "
            f"another worker may turn its size after {self._settling_ms} ms"
        )

    def begin(self, wish: Wish) -> None:
        """Write down which way a size is about to go."""
        if wish.turn:
            self._write(wish.trade_id, self._turn(wish.directive_id, wish.author, wish.turn))

    def note(self, trade_id: TradeId, directive_id: str, author: Author, turn: int) -> None:
        """Take a fill that made a trade larger or smaller."""
        self._turns[trade_id] = self._turn(directive_id, author, turn)
        self._write(trade_id, self._turns[trade_id])

    def forget(self, trade_id: TradeId) -> None:
        """Let go of a trade that is closed."""
        if self._turns.pop(trade_id, None) is not None:
            self._write(trade_id, None)

    def __len__(self) -> int:
        return len(self._turns)

    def _turn(self, directive_id: str, author: Author, turn: int) -> SizeTurn:
        return SizeTurn(
            directive_id=directive_id,
            strategy_id=author.strategy_id,
            worker=author.worker,
            turn=turn,
            at_ms=self._clock.now_ms(),
        )

    def _write(self, trade_id: TradeId, turn: SizeTurn | None) -> None:
        value = None if turn is None else turn.model_dump_json()
        record = WorkerStateSaved(ARBITRATION, ARBITRATION, trade_id, value)
        now_ms = self._clock.now_ms()
        self._recorder.record(
            JournalEntry(EntryKind.WORKER_STATE_SAVED, ARBITRATION, now_ms, record, worker=ARBITRATION)
        )

    def _restore(self, ledger: LedgerView) -> None:
        for key, value in ledger.worker_memory(ARBITRATION, ARBITRATION).items():
            trade_id = TradeId(key)
            position = ledger.position(trade_id)
            if position is None or not position.is_open:
                continue
            try:
                self._turns[trade_id] = SizeTurn.model_validate_json(value)
            except ValidationError:
                continue

"""The blocks on new risk that one worker has set: why each stands, and who lifted it."""

from collections.abc import Mapping

from desk.contracts.dto import Dto
from desk.contracts.events import ENTRIES_BLOCKED, ENTRIES_RELEASED
from desk.contracts.ports.plugin import PluginContext
from desk.workers.base import Worker

EVERYTHING = "everything"
"""The name of the block on all symbols, where a symbol stands for the others."""

_KEY = "block."
_OVER = "what it was about is over"

Events = tuple[tuple[str, object], ...]
"""What a worker publishes, in order."""


class RememberedBlock(Dto):
    """Keep why a block stands, by the name of each reason, and since when the newest is known.

    `is_standing` says that the platform was seen to hold it: what is gone after that, the operator lifted.
    One that never stood was lost in a crash, and is set again.
    """

    reasons: Mapping[str, str]
    since_ms: int
    is_standing: bool = False


class StandingBlocks:
    """Keep a worker's blocks over restarts: call `look` first at every look, and `events` last.

    One block per symbol and one on everything; each stands as long as one of its reasons does.
    """

    def __init__(self, worker: Worker, context: PluginContext, *, own_strategy_only: bool = False) -> None:
        self._worker = worker
        self._context = context
        self._own_strategy_only = own_strategy_only
        self._kept = {
            key.removeprefix(_KEY): RememberedBlock.model_validate_json(value)
            for key, value in context.memory.items().items()
            if key.startswith(_KEY)
        }
        self._unsaid: set[str] = set()
        self._over: dict[str, str] = {}

    @property
    def places(self) -> tuple[str, ...]:
        """What is blocked now: symbols, or EVERYTHING; in alphabetical order."""
        return tuple(sorted(self._kept))

    def of(self, place: str) -> RememberedBlock | None:
        """Return the block on a symbol or on EVERYTHING."""
        return self._kept.get(place)

    def has(self, place: str, reason: str) -> bool:
        """Tell whether a block stands for this reason; allocates nothing."""
        kept = self._kept.get(place)
        return kept is not None and reason in kept.reasons

    def look(self) -> Mapping[str, RememberedBlock]:
        """Compare with what the platform holds; return what the operator lifted, which is forgotten."""
        if not self._kept and not self._context.view.entry_blocks():
            return {}
        standing = {
            EVERYTHING if one.symbol is None else one.symbol
            for one in self._context.view.entry_blocks()
            if one.worker == self._context.name and one.strategy_id == self._context.strategy_id
        }
        lifted: dict[str, RememberedBlock] = {}
        for place, kept in tuple(self._kept.items()):
            if place in standing and not kept.is_standing:
                self._keep(place, kept.model_copy(update={"is_standing": True}))
            elif place not in standing and kept.is_standing:
                lifted[place] = kept
                self._forget(place)
            elif place not in standing:
                self._unsaid.add(place)
        self._over |= {place: _OVER for place in standing if place not in self._kept and place not in lifted}
        return lifted

    def add(self, place: str, reason: str, words: str, *, anew: bool = False) -> None:
        """Block for one more reason; where it blocks for that already, say it only where it is `anew`."""
        if self.has(place, reason) and not anew:
            return
        before = self._kept.get(place) or RememberedBlock(reasons={}, since_ms=0)
        reasons = {**before.reasons, reason: words}
        update = {"reasons": reasons, "since_ms": self._context.view.now_ms()}
        self._keep(place, before.model_copy(update=update))
        self._over.pop(place, None)
        self._unsaid.add(place)

    def end(self, place: str, reason: str, words: str) -> None:
        """Let one reason be over; the block is lifted with `words` once none is left."""
        kept = self._kept.get(place)
        if kept is None or reason not in kept.reasons:
            return
        left = {name: said for name, said in kept.reasons.items() if name != reason}
        if left:
            self._keep(place, kept.model_copy(update={"reasons": left}))
            self._unsaid.add(place)
        else:
            self.lift(place, words)

    def lift(self, place: str, words: str) -> None:
        """Lift a block, whatever it stands for."""
        if place in self._kept:
            self._forget(place)
            self._over[place] = words

    def events(self) -> Events:
        """Return what is to be published of all this: blocks set or said anew, and those lifted."""
        if not self._unsaid and not self._over:
            return ()
        blocked = tuple(
            (ENTRIES_BLOCKED, self._block(place)) for place in sorted(self._unsaid) if place in self._kept
        )
        released = tuple(
            (ENTRIES_RELEASED, self._worker.new_release(words, symbol=_symbol(place)))
            for place, words in sorted(self._over.items())
        )
        self._unsaid.clear()
        self._over.clear()
        return (*blocked, *released)

    def _block(self, place: str) -> object:
        words = "; ".join(self._kept[place].reasons.values())
        return self._worker.new_block(words, symbol=_symbol(place), own_strategy_only=self._own_strategy_only)

    def _keep(self, place: str, block: RememberedBlock) -> None:
        self._kept[place] = block
        self._context.memory.put(_KEY + place, block.model_dump_json())

    def _forget(self, place: str) -> None:
        del self._kept[place]
        self._unsaid.discard(place)
        self._context.memory.put(_KEY + place, None)


def _symbol(place: str) -> str | None:
    return None if place == EVERYTHING else place

"""The blocks on new risk that stand."""

from desk.contracts.blocks import EntryBlock, EntryRelease
from desk.ledger.rows import Row

BLOCK_COLUMNS = ("strategy_id", "worker", "about", "data")
BLOCK_KEY = ("strategy_id", "worker", "about")


class BlockBook:
    """Hold one block per strategy, worker and symbol, in the order they were set."""

    def __init__(self) -> None:
        self._blocks: dict[tuple[str, str, str], EntryBlock] = {}
        self._all: tuple[EntryBlock, ...] = ()

    def set(self, block: EntryBlock) -> None:
        """Let a block stand, in place of an earlier one of the same key."""
        self._blocks.pop(block.key, None)
        self._blocks[block.key] = block
        self._all = tuple(self._blocks.values())

    def lift(self, release: EntryRelease) -> bool:
        """Take a block away; tell whether one stood."""
        was_set = self._blocks.pop(release.key, None) is not None
        self._all = tuple(self._blocks.values())
        return was_set

    def all(self) -> tuple[EntryBlock, ...]:
        """Return every block that stands, oldest first."""
        return self._all

    def row(self, key: tuple[str, ...]) -> Row | None:
        """Return the row of one block, None where it does not stand any more."""
        strategy_id, worker, about = key
        block = self._blocks.get((strategy_id, worker, about))
        return None if block is None else (*block.key, block.model_dump_json())

    def restore(self, row: Row) -> None:
        """Take one block back."""
        self.set(EntryBlock.model_validate_json(str(row[-1])))

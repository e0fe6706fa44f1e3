"""What the operator chose, kept from one opening of the screen to the next."""

from desk.contracts.screen import ScreenMemory


class Choices:
    """Read and keep single choices by name; an unknown name is ""."""

    def __init__(self, memory: ScreenMemory) -> None:
        self._memory = memory
        self._kept = dict(memory.load())

    def __getitem__(self, name: str) -> str:
        """Return what was chosen."""
        return self._kept.get(name, "")

    def keep(self, name: str, value: str) -> None:
        """Keep a choice; "" forgets it."""
        if self[name] == value:
            return
        if value:
            self._kept[name] = value
        else:
            del self._kept[name]
        self._memory.save(self._kept)

"""What stands beside a worker during its life: its memory, its ids, and why it is being called."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from desk.contracts.causality import CausalityChain
from desk.contracts.directives import Protection
from desk.contracts.ids import TypedId
from desk.contracts.ports.time import IdKind, IdSource
from desk.contracts.ports.view import DeskView
from desk.contracts.problems import DeskError


class CalledOutsideOfAnEvent(DeskError):
    """A worker asked why it is being called while nothing called it."""


class CallMemory:
    """Keep text under keys; what a call changes counts only once the call is over and was well.

    `changes` holds what this call changed so far, in the order of the first change.
    """

    __slots__ = ("_kept", "changes")

    def __init__(self, remembered: Mapping[str, str]) -> None:
        self._kept = dict(remembered)
        self.changes: dict[str, str | None] = {}

    def get(self, key: str) -> str | None:
        """Return what is remembered under `key`, changes of this call included."""
        return self.changes[key] if key in self.changes else self._kept.get(key)

    def put(self, key: str, value: str | None) -> None:
        """Remember `value`; None forgets the key."""
        if value == self._kept.get(key):
            self.changes.pop(key, None)
        else:
            self.changes[key] = value

    def items(self) -> Mapping[str, str]:
        """Return all that is remembered, changes of this call included."""
        merged = {**self._kept, **self.changes}
        return MappingProxyType({key: value for key, value in merged.items() if value is not None})

    def keep(self) -> None:
        """Let the changes of this call count."""
        for key, value in self.changes.items():
            if value is None:
                self._kept.pop(key, None)
            else:
                self._kept[key] = value
        self.changes.clear()

    def undo(self) -> None:
        """Forget the changes of this call."""
        self.changes.clear()


class CallIds:
    """Give out ids and know which were given in this call: an id is used once."""

    __slots__ = ("_source", "given")

    def __init__(self, source: IdSource) -> None:
        self._source = source
        self.given: list[TypedId] = []

    def new(self, kind: type[IdKind]) -> IdKind:
        """Return a fresh id of `kind`, born now."""
        fresh = self._source.new(kind)
        self.given.append(fresh)
        return fresh


class WorkerContext:
    """Be the `PluginContext` of one worker.

    `remembered` is its memory as the journal restored it; `cause` is the bus's.
    """

    def __init__(
        self,
        name: str,
        strategy_id: str,
        *,
        view: DeskView,
        ids: IdSource,
        cause: Callable[[], CausalityChain | None],
        protection: Protection = Protection.REQUIRED,
        remembered: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.name = name
        self.strategy_id = strategy_id
        self.protection = protection
        self.view = view
        self.ids = CallIds(ids)
        self.memory = CallMemory(remembered)
        self._cause = cause

    def cause(self) -> CausalityChain:
        """Return why the worker is being called; raises CalledOutsideOfAnEvent where nothing called it."""
        chain = self._cause()
        if chain is None:
            raise CalledOutsideOfAnEvent(f"{self.name} was not called by an event with a cause")
        return chain

"""What the platform hands a worker: who it is, what it may see, what it remembers, and why it is called."""

from collections.abc import Mapping
from typing import Protocol

from desk.contracts.causality import CausalityChain
from desk.contracts.directives import Protection
from desk.contracts.ports.time import IdSource
from desk.contracts.ports.view import DeskView


class WorkerMemory(Protocol):
    """Keep text under keys, journaled with what the call publishes and restored after a restart."""

    def get(self, key: str) -> str | None:
        """Return what is remembered under `key`."""
        ...

    def put(self, key: str, value: str | None) -> None:
        """Remember `value`; None forgets the key."""
        ...

    def items(self) -> Mapping[str, str]:
        """Return all that is remembered."""
        ...


class PluginContext(Protocol):
    """Stand beside a worker during its whole life."""

    @property
    def name(self) -> str:
        """The worker's name in its blueprint, unique within the desk."""
        ...

    @property
    def strategy_id(self) -> str:
        """The blueprint it belongs to."""
        ...

    @property
    def protection(self) -> Protection:
        """What the blueprint declares about stops."""
        ...

    @property
    def view(self) -> DeskView:
        """What it may see."""
        ...

    @property
    def ids(self) -> IdSource:
        """Where ids of what it publishes come from."""
        ...

    @property
    def memory(self) -> WorkerMemory:
        """What it remembers."""
        ...

    def cause(self) -> CausalityChain:
        """Return why it is being called: the chain of the event in hand."""
        ...

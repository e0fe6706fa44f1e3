"""The operator's hand: every command is written down, goes the way of every decision, and is answered."""

from desk.runtime.commanding.command_desk import CommandDesk
from desk.runtime.commanding.parts import CommandParts

__all__ = ["CommandDesk", "CommandParts"]

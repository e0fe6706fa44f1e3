"""Every command by name: the palette's entries, from the registry and nothing else."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, cast

from rich.markup import escape
from textual.command import DiscoveryHit, Hit, Hits, Provider

from desk.ui.actions.action import Action
from desk.ui.actions.key_names import shown_keys

if TYPE_CHECKING:
    from desk.ui.app import DeskApp


class DeskCommands(Provider):
    """Offer what can be done now, as `group: title`."""

    async def discover(self) -> Hits:
        """Offer everything."""
        for one in self._actions():
            yield DiscoveryHit(_name(one), self._doing(one), help=_help(one))

    async def search(self, query: str) -> Hits:
        """Offer what fits `query`."""
        matcher = self.matcher(query)
        for one in self._actions():
            score = matcher.match(_name(one))
            if score > 0:
                yield Hit(score, matcher.highlight(_name(one)), self._doing(one), help=_help(one))

    @property
    def _desk_app(self) -> "DeskApp":
        return cast("DeskApp", self.app)

    def _actions(self) -> Iterator[Action]:
        situation = self._desk_app.situation
        if situation is not None:
            yield from self._desk_app.registry.applicable(situation)

    def _doing(self, action: Action) -> partial[None]:
        return partial(self._desk_app.action_perform, action.id)


def _name(action: Action) -> str:
    return f"{action.group.value}: {action.title}"


def _help(action: Action) -> str:
    words = f"{action.tooltip}  ({shown_keys(action.keys)})" if action.keys else action.tooltip
    return escape(words)  # the palette reads markup, and a key may be a bracket

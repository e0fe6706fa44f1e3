"""Which open trades are one bet: symbols that move together, joined into clusters, and their room to grow."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from desk.contracts.market import ZERO


@dataclass(frozen=True, slots=True)
class Holding:
    """Hold what the account has of one symbol: `sign` +1 long, -1 short, 0 where that is not known yet.

    `notional` is its worth in the account currency, None where a price or a rate is missing. Where it
    `is_pending`, nothing is held yet and an entry is under way.
    """

    symbol: str
    sign: int
    notional: Decimal | None
    is_pending: bool = False


BETWEEN = "|"
"""Stands between the two symbols of a pair's name."""

IsJoined = Callable[[Holding, Holding], bool]
"""Whether two holdings are one bet."""


def clusters(held: Sequence[Holding], is_joined: IsJoined) -> list[tuple[Holding, ...]]:
    """Return the connected components of `held`, each in its order: joined to one is joined to all."""
    left = list(held)
    found = []
    while left:
        component = [left.pop(0)]
        for member in component:
            near = [one for one in left if is_joined(member, one)]
            component += near
            left = [one for one in left if one not in near]
        found.append(tuple(one for one in held if one in component))
    return found


@dataclass(frozen=True, slots=True)
class Room:
    """Hold what one bet may be: members, and worth in the account currency, None where it is not known."""

    members: int
    worth: Decimal | None

    def is_full(self, members: int, held: Decimal | None) -> bool:
        """Tell whether a bet of so many members may not grow; what is not known is full."""
        return members > self.members or self.worth is None or held is None or not held < self.worth

    def is_beyond(self, members: int, held: Decimal | None) -> bool:
        """Tell whether a bet is larger than it may be, for certain."""
        is_heavy = self.worth is not None and held is not None and held > self.worth
        return members > self.members or is_heavy


def worth(members: Iterable[Holding]) -> Decimal | None:
    """Return what members are worth together, None where one's worth is not known."""
    total = ZERO
    for one in members:
        if one.notional is None:
            return None
        total += one.notional
    return total


class Links:
    """Know which pairs move together (+1) or against each other (-1), with hysteresis.

    A pair is linked from `trip` on and stays so until its correlation is below `clear`.
    """

    def __init__(self, trip: Decimal, clear: Decimal, known: Mapping[str, int]) -> None:
        self._trip = trip
        self._clear = clear
        self._signs = {key: sign for key, sign in known.items() if sign}

    @property
    def signs(self) -> Mapping[str, int]:
        """The linked pairs, by their name."""
        return self._signs

    def keep(self, pairs: Iterable[str]) -> None:
        """Forget every pair but these."""
        wanted = set(pairs)
        self._signs = {key: sign for key, sign in self._signs.items() if key in wanted}

    def take(self, pair: str, value: Decimal | None) -> None:
        """Take a pair's correlation; what is not known changes nothing."""
        if value is None:
            return
        sign = 1 if value > ZERO else -1
        least = self._clear if self._signs.get(pair) == sign else self._trip
        if abs(value) >= least:
            self._signs[pair] = sign
        else:
            self._signs.pop(pair, None)

    def sign(self, pair: str) -> int:
        """Return how a pair is linked, 0 where it is not."""
        return self._signs.get(pair, 0)


def pair_of(first: str, second: str) -> str:
    """Return the one name of a pair of symbols, whichever comes first."""
    return f"{min(first, second)}{BETWEEN}{max(first, second)}"

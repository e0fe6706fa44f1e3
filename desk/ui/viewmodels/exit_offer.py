"""What an emergency exit would do, named before it is done."""

from dataclasses import dataclass

from desk.contracts.market import InstrumentKind
from desk.contracts.positions import EXTERNAL_STRATEGY
from desk.contracts.snapshot import OrderRow, PositionRow, Snapshot
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.numbers import Precision, signed
from desk.ui.viewmodels.staleness import is_unheard
from desk.ui.viewmodels.text import clean

Line = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExitOffer:
    """Hold the words of the panel: what is closed, what is cancelled, and what is left alone.

    `doubts` say what the picture cannot be sure of: numbers that are old, a desk that does not answer.
    """

    where: str
    closes: tuple[Line, ...]
    cancels: tuple[Line, ...]
    leaves: tuple[Line, ...]
    doubts: tuple[str, ...]

    @property
    def headline(self) -> str:
        """Count what will be done."""
        return f"close {_count(self.closes, 'position')}, cancel {_count(self.cancels, 'order')}"


def exit_offer(frame: Frame) -> ExitOffer:
    """Name everything an exit would close and cancel, at which venue and in which mode."""
    snapshot = frame.snapshot
    precision = Precision(snapshot)
    held = [one for one in snapshot.positions if _is_left(one)]
    return ExitOffer(
        where=f"{clean(snapshot.health.connector_name)} {snapshot.mode}",
        closes=tuple(_position(one, precision, snapshot) for one in held),
        cancels=tuple(_order(one, precision) for one in snapshot.orders),
        leaves=tuple(_position(one, precision, snapshot) for one in snapshot.positions if not _is_left(one)),
        doubts=tuple(_doubts(frame)),
    )


def _is_left(row: PositionRow) -> bool:
    """Tell whether the exit leaves it: on spot only what the desk itself bought."""
    position = row.position
    return position.kind is not InstrumentKind.SPOT or position.strategy_id != EXTERNAL_STRATEGY


def _position(row: PositionRow, precision: Precision, snapshot: Snapshot) -> Line:
    position = row.position
    mark = precision.price(position.symbol, row.mark.value)
    return (
        clean(position.symbol),
        str(position.side),
        precision.size(position.symbol, position.size_base),
        f"at {mark}",
        f"{signed(row.unrealized_quote.value)} {snapshot.account.currency}",
    )


def _order(row: OrderRow, precision: Precision) -> Line:
    price = precision.price(row.symbol, row.price.value)
    return (clean(row.symbol), row.leg, f"{row.side} {row.order_type}", f"at {price}", row.status)


def _doubts(frame: Frame) -> list[str]:
    doubts = []
    if frame.unreachable:
        doubts.append(f"the desk does not answer: {clean(frame.unreachable)}")
    stale = [clean(one.symbol) for one in frame.snapshot.feeds if one.is_stale]
    held = {one.position.symbol for one in frame.snapshot.positions}
    old = [symbol for symbol in stale if symbol in held]
    if old:
        doubts.append(f"prices are STALE: {', '.join(old)}")
    if is_unheard(frame) and not frame.unreachable:
        doubts.append("this list is older than a few seconds")
    return doubts


def _count(lines: tuple[Line, ...], word: str) -> str:
    if not lines:
        return f"no {word}"
    return f"{len(lines)} {word}" + ("s" if len(lines) > 1 else "")

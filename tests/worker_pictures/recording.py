"""One replay, remembered as what a picture needs: fills, stops, directives, blocks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from desk.bootstrap.plugins import offered_plugins
from desk.bootstrap.rehearsal import Rehearsal, rehearse
from desk.bootstrap.settings import instruments
from desk.config.configuration import load_configuration
from desk.contracts.blocks import EntryBlock, EntryRelease
from desk.contracts.directives import StrategyDirective
from desk.contracts.orders import AmendRequest, Leg
from desk.contracts.records import FillBooked, JournalEntry, OrderIntended
from desk.feeds.replay import ReplaySource

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class StopMove:
    """A stop was sent to `price` (quote) for a trade."""

    time_ms: int
    trade_id: str
    price: Decimal


@dataclass(slots=True)
class Recording:
    """Hold what happened, in order."""

    fills: list[FillBooked] = field(default_factory=list)
    stops: list[StopMove] = field(default_factory=list)
    directives: list[StrategyDirective] = field(default_factory=list)
    blocks: list[EntryBlock | EntryRelease] = field(default_factory=list)
    _stop_orders: dict[str, str] = field(default_factory=dict)

    def on_entry(self, entry: JournalEntry) -> None:
        """Take one entry of the journal."""
        match entry.record:
            case FillBooked() as fill:
                self.fills.append(fill)
            case StrategyDirective() as directive:
                self.directives.append(directive)
            case EntryBlock() | EntryRelease() as block:
                self.blocks.append(block)
            case OrderIntended() as order if order.request.leg is Leg.STOP:
                self._stop_orders[order.request.client_order_id] = order.trade_id
                self._moved(entry.time_ms, order.trade_id, order.request.stop_price)
            case AmendRequest() as amend if amend.client_order_id in self._stop_orders:
                self._moved(entry.time_ms, self._stop_orders[amend.client_order_id], amend.stop_price)
            case _:
                return

    def _moved(self, time_ms: int, trade_id: str, price: Decimal | None) -> None:
        if price is not None:
            self.stops.append(StopMove(time_ms, trade_id, price))

    def of_worker(self, worker: str) -> Iterator[StrategyDirective]:
        """Yield the directives of one worker."""
        return (one for one in self.directives if one.strategy_planner_id == worker)


def record(platform: Path, blueprint: Path, data: Mapping[str, Path], settings: tuple[str, ...]) -> Recording:
    """Replay `data`, by symbol, with a blueprint on the desk of a platform file."""
    recording = Recording()
    with TemporaryDirectory(prefix="desk-picture-") as folder:
        configuration = load_configuration(
            platform,
            (blueprint,),
            (f"storage.path={folder}", *settings),
            {},
            offered_plugins(),
        )
        known = {one.symbol: one for one in instruments(configuration.platform)}
        rehearse(
            Rehearsal(
                configuration=configuration,
                sources=[ReplaySource(known[symbol], path) for symbol, path in data.items()],
                storage=configuration.storage.replay,
                seed=1,
                on_entry=recording.on_entry,
                on_progress=lambda _: None,
                log=lambda event, text: print(f"{event}: {text}"),  # noqa: T201 - told to who draws
            )
        )
    return recording

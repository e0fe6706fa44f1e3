"""What only reads told, though a stream stood that should have."""

from collections.abc import Sequence

from connectors.ccxt.streams.settings import StreamSettings
from connectors.ccxt.streams.teller import News
from desk.contracts.orders import VenueEvent, VenueFill, VenueOrder
from desk.contracts.ports.time import Clock


class WithheldNews:
    """Give what a read found a while to come by its stream too; name the streams where it did not."""

    def __init__(self, clock: Clock, settings: StreamSettings) -> None:
        self._clock = clock
        self._settings = settings
        self._awaited_ms: dict[tuple[News, str, str], int] = {}

    def found(self, event: VenueEvent, standing_since_ms: int) -> None:
        """Note what a read told first; only what happened while the stream stood counts against it.

        Conditional orders never do: not every venue tells of them where it tells of the others.
        """
        if isinstance(event, VenueOrder) and event.stop_price is not None:
            return
        happened_ms = event.time_ms if isinstance(event, VenueFill) else event.updated_at_ms
        if happened_ms > standing_since_ms + self._settings.settle_ms:
            self._awaited_ms.setdefault(_name(event), self._clock.monotonic_ms())

    def came(self, event: VenueEvent) -> None:
        """Note that a stream told of something."""
        self._awaited_ms.pop(_name(event), None)

    def overdue(self) -> Sequence[News]:
        """Return which streams withhold something, and wait for it no longer."""
        limit_ms = self._clock.monotonic_ms() - self._settings.grace_ms
        late = [name for name, since_ms in self._awaited_ms.items() if since_ms <= limit_ms]
        for name in late:
            del self._awaited_ms[name]
        return tuple(dict.fromkeys(news for news, _, _ in late))


def _name(event: VenueEvent) -> tuple[News, str, str]:
    own = event.venue_trade_id if isinstance(event, VenueFill) else event.venue_order_id
    return News.about(event), event.symbol, own

"""The pumps of one exchange, and the connections they share."""

from collections.abc import Callable, Sequence

from connectors.ccxt.streams.exchange import StreamExchange
from connectors.ccxt.streams.own_tasks import OwnTasks
from connectors.ccxt.streams.pump import Pump, running_pump
from desk.contracts.connection import StreamCondition


class PumpSet:
    """Hear the exchange's connections, and tell the pumps concerned."""

    def __init__(self, exchange: StreamExchange) -> None:
        self.pumps: list[Pump] = []
        self._exchange = exchange
        self._on_message: Callable[[Sequence[str]], None] = _ignore
        self._connected: dict[str, None] = {}
        exchange.wire = self

    def listen(self, on_message: Callable[[Sequence[str]], None]) -> None:
        """Call `on_message` after each message, with the hashes of ccxt's that it woke."""
        self._on_message = on_message

    def start(self, pump: Pump, tasks: OwnTasks) -> None:
        """Run one pump more."""
        self.pumps.append(pump)
        tasks.start(f"ccxt {pump.name}", pump.run())

    def conditions(self) -> tuple[StreamCondition, ...]:
        """Show every stream."""
        return tuple(pump.condition(self._connected) for pump in self.pumps)

    def named(self, name: str) -> Pump | None:
        """Return a pump by name."""
        return next((pump for pump in self.pumps if pump.name == name), None)

    def is_connected(self, pump: Pump) -> bool:
        """Tell whether all connections that a pump needs stand."""
        return bool(pump.urls) and all(url in self._connected for url in pump.urls)

    def rebuild(self, pump: Pump, reason: str) -> None:
        """Close what a pump's stream comes over; it is made anew, and what was missed is read."""
        for url in list(pump.urls):
            self._exchange.drop_stream(url, reason)

    def asked(self, url: str) -> None:
        """Note which pump uses which connection."""
        pump = running_pump()
        if pump is None:
            return
        pump.urls[url] = None
        if url in self._connected:
            pump.stand(is_new=False)

    def connected(self, url: str) -> None:
        """Tell the pumps that a connection stands."""
        self._connected[url] = None
        for pump in self._using(url):
            pump.stand(is_new=True)

    def heard(self, url: str, woken: Sequence[str]) -> None:
        """Take what a message brought."""
        self._on_message(woken)

    def lost(self, url: str, reason: str) -> None:
        """Tell the pumps that a connection is gone."""
        self._connected.pop(url, None)
        for pump in self._using(url):
            del pump.urls[url]  # some venues give every connection an address of its own
            pump.interrupt()

    def _using(self, url: str) -> list[Pump]:
        return [pump for pump in self.pumps if url in pump.urls]


def _ignore(woken: Sequence[str]) -> None: ...

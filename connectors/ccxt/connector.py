"""An exchange that ccxt knows, behind the port."""

from connectors.ccxt.settings import CcxtSettings
from desk.contracts.ports.time import Clock, Rng, Spawner
from desk.contracts.states import TradingMode


class CcxtConnector:
    """Trade one account at one exchange; nothing is imported or connected before it is opened."""

    name = "ccxt"

    def __init__(self, settings: CcxtSettings, clock: Clock, spawner: Spawner, rng: Rng) -> None:
        self._settings = settings
        self._clock = clock
        self._spawner = spawner
        self._rng = rng

    @property
    def mode(self) -> TradingMode:
        """Whose money is at stake."""
        return self._settings.mode.trading_mode

"""Log-ins that a venue leaves unanswered, though it answers pings."""

from connectors.ccxt.streams.exchange import StreamExchange
from desk.contracts.ports.time import Clock


class LoginWatch:
    """Drop a connection whose log-in is not answered within `answer_ms`."""

    def __init__(self, exchange: StreamExchange, clock: Clock, answer_ms: int) -> None:
        self._exchange = exchange
        self._clock = clock
        self._answer_ms = answer_ms
        self._since_ms: dict[str, int] = {}

    def look(self) -> None:
        """Look at every connection; call it a few times a second."""
        now_ms, waiting = self._clock.monotonic_ms(), list(self._exchange.unanswered_logins())
        self._since_ms = {url: self._since_ms.get(url, now_ms) for url in waiting}
        for url in waiting:
            if now_ms - self._since_ms[url] >= self._answer_ms:
                self._since_ms[url] = now_ms  # its successor has as long
                self._exchange.drop_stream(url, f"the log-in was not answered within {self._answer_ms} ms")

"""What a connector says of itself, judged: filters, stops, client ids, and whether its streams stand."""

from collections.abc import Sequence
from typing import Final

from desk.contracts.connection import StreamCondition
from desk.contracts.examination import Finding
from desk.contracts.market import Instrument
from desk.contracts.orders import Capabilities, OrderType, VenueEvent
from desk.contracts.ports.connector import IAPIConnector
from desk.contracts.ports.market_source import MarketUpdate
from desk.contracts.ports.time import Clock

_STREAMS_WITHIN_MS: Final = 20_000
_LOOK_EVERY_MS: Final = 50
_STREAMS_REMEDY: Final = "see that WebSockets pass the firewall or proxy; the desk goes on by reads meanwhile"
_PLAIN: Final = frozenset((OrderType.MARKET, OrderType.LIMIT))


def favourite(instruments: Sequence[Instrument], account_currency: str) -> Instrument | None:
    """Return the instrument to show things by: bitcoin in the account's currency where there is one."""
    ranked = sorted(instruments, key=lambda one: (one.quote != account_currency, one.base != "BTC"))
    return ranked[0] if ranked else None


def filters(instrument: Instrument | None) -> Finding:
    """Tell the filters of one instrument."""
    if instrument is None:
        return Finding.fault("filters", "there is no instrument", "mend the markets first")
    least = f"{instrument.min_size_base:f} {instrument.base} and {instrument.min_notional_quote:f}"
    told = (
        f"{instrument.symbol} moves by {instrument.price_step:f} {instrument.quote}, sizes by "
        f"{instrument.size_step:f} {instrument.base}, from {least} {instrument.quote} on"
    )
    return Finding.ok("filters", told)


def stops(capabilities: Capabilities) -> Finding:
    """Tell whether a stop can rest at the venue."""
    kinds = [one for one in OrderType if one in capabilities.order_types and one not in _PLAIN]
    if OrderType.STOP not in kinds:
        told = "ccxt declares no stop here that can be trusted"
        remedy = "trade spot with `protection: none` alone, or at another exchange"
        return Finding.fault("stop support", told, remedy)
    amends = "in place" if capabilities.amends_in_place else "by a new one before the old one goes"
    return Finding.ok("stop support", f"{', '.join(kinds)} rest at the exchange, moved {amends}")


def client_ids(capabilities: Capabilities) -> Finding:
    """Tell whether an order of unknown outcome can be found out about."""
    if not capabilities.looks_up_client_ids:
        told = "an order cannot be looked up by its client id, so one of unknown outcome stays UNKNOWN"
        return Finding.fault(
            "client-id look-up", told, "look at the exchange by hand then, or choose another one"
        )
    proof_ms = capabilities.absence_proof_ms
    proof = "absence proves nothing" if proof_ms is None else f"absence is proven after {proof_ms} ms"
    return Finding.ok("client-id look-up", f"orders are found by their client ids, and {proof}")


async def streams(connector: IAPIConnector, heard: "Heard", clock: Clock) -> Finding:
    """Wait until every stream of an open connector stands."""
    began_ms = clock.monotonic_ms()
    while clock.monotonic_ms() - began_ms <= _STREAMS_WITHIN_MS:
        conditions = connector.connection.streams
        if conditions and not _down(conditions):
            names = ", ".join(one.name for one in conditions)
            took_ms = clock.monotonic_ms() - began_ms
            return Finding.ok("streams", f"{names} stand after {took_ms} ms{heard.words}")
        await clock.sleep_ms(_LOOK_EVERY_MS)
    down = ", ".join(_down(connector.connection.streams)) or "any"
    return Finding.fault("streams", f"not up within {_STREAMS_WITHIN_MS // 1000} s: {down}", _STREAMS_REMEDY)


def _down(conditions: Sequence[StreamCondition]) -> list[str]:
    return [one.name for one in conditions if not one.is_up]


class Heard:
    """Count what streams bring."""

    def __init__(self) -> None:
        self.prices = 0

    def on_price(self, _: MarketUpdate) -> None:
        """Count a quote or trade."""
        self.prices += 1

    def on_event(self, _: VenueEvent) -> None:
        """Leave orders and fills: the account may have been traded on by another hand."""

    @property
    def words(self) -> str:
        """Say how many prices came."""
        return f", {self.prices} prices so far" if self.prices else ""

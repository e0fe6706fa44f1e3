"""A balance that moved and that nothing booked explains: the ledger follows, and somebody must see it."""

from collections.abc import Mapping
from decimal import Decimal

from desk.contracts.market import ZERO
from desk.contracts.ports.store import LedgerView
from desk.contracts.ports.view import DeskView
from desk.contracts.states import AlarmSeverity
from desk.execution.alarms import Alarms

_TOLERATED = Decimal("0.005")
"""What funding, interest and rounding may move, as a share of equity."""


class BalanceAlarm:
    """Tell of each adjustment of a balance that is too large to pass in silence."""

    def __init__(self, ledger: LedgerView, view: DeskView, alarms: Alarms) -> None:
        self._ledger = ledger
        self._view = view
        self._alarms = alarms

    def look(self, deltas: Mapping[str, Decimal]) -> None:
        """Look at what is about to be adjusted, before it is."""
        for currency, delta in deltas.items():
            measure = self._measure(currency)
            if abs(delta) <= _TOLERATED * measure:
                continue
            how = f"{abs(delta).normalize():f} {currency} {'more' if delta > ZERO else 'less'}"
            text = (
                f"the venue holds {how} than the ledger, and no fill explains it: the ledger follows; "
                "see whether it was a deposit, a withdrawal, a transfer or funding"
            )
            self._alarms.raise_alarm(AlarmSeverity.WARNING, text)

    def _measure(self, currency: str) -> Decimal:
        """Return the equity in a currency; what is booked of the currency alone where prices lack."""
        equity, rate = self._view.equity(), self._view.rate(currency)
        if equity is None or rate is None or not rate > ZERO:
            return max(self._ledger.balance(currency), ZERO)
        return max(equity / rate, ZERO)

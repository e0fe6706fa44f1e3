"""The account and what is at risk, as a few facts that are read at a glance."""

from decimal import Decimal

from desk.contracts.snapshot import AccountView, Figure
from desk.ui.viewmodels.cells import number_cell, tone_of
from desk.ui.viewmodels.facts import Fact, meter
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.numbers import money, number, percent, signed
from desk.ui.viewmodels.protection import stopless
from desk.ui.viewmodels.staleness import Staleness
from desk.ui.viewmodels.table import Cell
from desk.ui.viewmodels.tones import Tone

_CLOSE_TO_LIMIT = Decimal("0.75")


def account_facts(frame: Frame) -> tuple[Fact, ...]:
    """Return the account in its currency, the figures that decide survival first."""
    scribe = _Scribe(frame)
    account = frame.snapshot.account
    return (
        Fact("Equity", scribe.amount(account.equity, Tone.STRONG), account.currency),
        Fact("Day P&L", scribe.profit(account.day_pnl), scribe.share(account.day_pnl)),
        scribe.drawdown(account),
        Fact("Risk open", scribe.amount(account.risk_open), _risk_note(frame, scribe)),
        Fact("Exposure", scribe.amount(account.exposure_gross), scribe.share(account.exposure_gross)),
        scribe.largest(account),
        Fact("Net", scribe.signed(account.exposure_net), scribe.share(account.exposure_net)),
        Fact("uPnL", scribe.profit(account.unrealized)),
        Fact("Realized", scribe.profit(account.realized)),
        Fact("Fees", scribe.amount(account.fees)),
        Fact("Cash", scribe.amount(account.cash), account.currency),
        *(
            Fact(currency, number_cell(number(figure.value), figure.value), "balance")
            for currency, figure in account.balances
            if currency != account.currency
        ),
    )


def _risk_note(frame: Frame, scribe: "_Scribe") -> str:
    """Say which share of equity is at risk, and what is not in it."""
    unbounded = stopless(frame.snapshot)
    return f"and {unbounded} without a stop" if unbounded else scribe.share(frame.snapshot.account.risk_open)


class _Scribe:
    """Write the figures of one frame; they are stale as soon as the price of one position held is."""

    def __init__(self, frame: Frame) -> None:
        stale = Staleness(frame)
        self._ascii_only = frame.writing.ascii_only
        self._equity = frame.snapshot.account.equity.value
        self._is_stale = stale.is_all or any(
            stale.of(one.position.symbol) for one in frame.snapshot.positions
        )

    def _cell(self, text: str, figure: Figure, tone: Tone = Tone.PLAIN) -> Cell:
        return number_cell(text, figure.value, tone=tone, is_stale=self._is_stale)

    def amount(self, figure: Figure, tone: Tone = Tone.PLAIN) -> Cell:
        return self._cell(money(figure.value), figure, tone)

    def profit(self, figure: Figure) -> Cell:
        return self._cell(signed(figure.value), figure, tone_of(figure.value))

    def signed(self, figure: Figure) -> Cell:
        return self._cell(signed(figure.value), figure)

    def share(self, figure: Figure) -> str:
        """Write which share of equity an amount is."""
        equity, value = self._equity, figure.value
        if value is None or equity is None or equity <= 0:
            return ""
        return f"{percent(value / equity)} of equity"

    def largest(self, account: AccountView) -> Fact:
        """Write what is held of the symbol that has most, against the limit of one symbol."""
        held, limit = account.exposure_largest, account.position_limit
        if held.value is None or limit is None or limit <= 0:
            return Fact("One symbol", self.amount(held), self.share(held))
        return self._against("One symbol", self.amount(held), held.value / limit, money(limit))

    def drawdown(self, account: AccountView) -> Fact:
        """Write the drawdown, against its limit where one is set."""
        drawdown, limit = account.drawdown, account.drawdown_limit
        cell = self._cell(percent(drawdown.value), drawdown)
        if drawdown.value is None or limit is None or limit <= 0:
            return Fact("Drawdown", cell)
        return self._against("Drawdown", cell, drawdown.value / limit, percent(limit))

    def _against(self, label: str, cell: Cell, used: Decimal, limit: str) -> Fact:
        """Write a figure that has a limit: how full it is as a meter, and loudly where it is spent."""
        tone = cell.tone
        if not self._is_stale and used >= _CLOSE_TO_LIMIT:
            tone = Tone.ALARM if used >= 1 else Tone.WARN
        note = f"{meter(used, ascii_only=self._ascii_only)} of {limit}"
        return Fact(label, Cell(cell.text, tone, cell.order), note)

from dataclasses import replace
from decimal import Decimal

from desk.contracts.snapshot import AccountView
from desk.ui.viewmodels.account import account_facts
from desk.ui.viewmodels.facts import Fact, meter
from desk.ui.viewmodels.tones import Tone
from tests.builders.frames import account_view, feed_row, frame, position, position_row, snapshot


def facts_of(account: AccountView | None = None, *, is_stale: bool = False) -> dict[str, Fact]:
    seen = snapshot(
        account=account or account_view(), positions=(position_row(),), feeds=(feed_row(is_stale=is_stale),)
    )
    return {one.label: one for one in account_facts(frame(seen))}


def test_the_account_tells_what_is_there_and_what_is_at_risk() -> None:
    facts = facts_of()

    assert (facts["Equity"].cell.text, facts["Equity"].note) == ("10,234.50", "USDT")
    assert (facts["Day P&L"].cell.text, facts["Day P&L"].cell.tone) == ("+34.50", Tone.GOOD)
    assert (facts["Risk open"].cell.text, facts["Risk open"].note) == ("33.20", "0.3% of equity")


def test_drawdown_and_the_largest_symbol_stand_against_their_limits() -> None:
    facts = facts_of()

    assert (facts["Drawdown"].cell.text, facts["Drawdown"].note) == ("1.2%", "▰▱▱▱▱▱▱▱ of 10.0%")
    assert (facts["Exposure"].cell.text, facts["Exposure"].note) == ("6,420.10", "62.7% of equity")
    assert (facts["One symbol"].cell.text, facts["One symbol"].note) == (
        "5,000.00",
        "▰▰▱▱▱▱▱▱ of 20,000.00",
    )


def test_a_limit_that_is_near_warns_and_one_that_is_spent_alarms() -> None:
    assert facts_of(account_view(drawdown="0.08"))["Drawdown"].cell.tone is Tone.WARN
    assert facts_of(account_view(drawdown="0.11"))["Drawdown"].cell.tone is Tone.ALARM


def test_without_a_limit_there_is_no_meter() -> None:
    facts = facts_of(replace(account_view(), drawdown_limit=None, position_limit=None))

    assert facts["Drawdown"].note == ""
    assert facts["One symbol"].note == "48.9% of equity"


def test_the_risk_says_what_is_not_in_it() -> None:
    seen = snapshot(positions=(position_row(), position_row(position(number=2, stop=None))))
    facts = {one.label: one for one in account_facts(frame(seen))}

    assert facts["Risk open"].note == "and 1 without a stop"


def test_what_is_made_of_a_stale_price_is_stale() -> None:
    facts = facts_of(account_view(drawdown="0.2"), is_stale=True)

    assert (facts["Equity"].cell.text, facts["Equity"].cell.tone) == ("~10,234.50", Tone.STALE)
    assert facts["Drawdown"].cell.tone is Tone.STALE


def test_other_balances_are_listed() -> None:
    assert facts_of()["BTC"].cell.text == "0.5"
    assert "USDT" not in facts_of()


def test_an_unknown_equity_shares_nothing() -> None:
    facts = facts_of(account_view(equity=None, day_pnl=None))

    assert facts["Equity"].cell.text == facts["Day P&L"].cell.text == "-"
    assert facts["Risk open"].note == ""


def test_a_meter_never_runs_over() -> None:
    assert meter(Decimal("0.5"), ascii_only=True) == "####...."
    assert meter(Decimal(7), ascii_only=True) == "########"
    assert meter(Decimal(-1), ascii_only=True) == "........"
    assert meter(Decimal("Infinity"), ascii_only=True) == "........"

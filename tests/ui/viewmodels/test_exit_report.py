"""The progress of an exit says how far each position is, and how it all ended."""

from dataclasses import replace
from decimal import Decimal

import pytest

from desk.contracts.market import InstrumentKind
from desk.contracts.positions import EXTERNAL_STRATEGY
from desk.contracts.snapshot import ExitLine, ExitProgress, ExitStep
from desk.ui.viewmodels.exit_offer import exit_offer
from desk.ui.viewmodels.exit_report import exit_report
from desk.ui.viewmodels.frame import Writing
from desk.ui.viewmodels.tones import Tone
from tests.builders.frames import frame, order_row, position, position_row, snapshot


def line(step: ExitStep, attempts: int = 1, reason: str = "") -> ExitLine:
    return ExitLine("TRD", "BTC/USDT:USDT", "LONG", Decimal("0.5"), step, attempts, reason)


def progress(*lines: ExitLine, word: str = "", remains: tuple[str, ...] = ()) -> ExitProgress:
    return ExitProgress("STR", 0, 1500, 2, lines, 1, word, remains, 42)


def test_each_position_shows_its_step_in_words() -> None:
    steps = (ExitStep.CLOSING, ExitStep.FLAT, ExitStep.DUST, ExitStep.LEFT)
    report = exit_report(frame(snapshot()), progress(*(line(one) for one in steps)))
    assert [one[4].text for one in report.lines] == ["closing", "flat", "dust", "left"]
    assert "2 of 4 out" in report.summary
    assert "first request after 42 ms" in report.summary
    assert not report.is_over


def test_a_retry_says_which_and_why() -> None:
    report = exit_report(frame(snapshot()), progress(line(ExitStep.RETRY, 3, "no answer")))
    assert report.lines[0][5].text == "try 3 no answer"


@pytest.mark.parametrize(
    ("word", "tone", "is_flat"),
    [("FLAT", Tone.GOOD, True), ("FLAT+DUST", Tone.WARN, True), ("NOT FLAT", Tone.ALARM, False)],
)
def test_the_verdict_is_the_word(word: str, tone: Tone, is_flat: bool) -> None:  # noqa: FBT001 - a table
    report = exit_report(frame(snapshot()), progress(word=word, remains=("0.5 BTC \x1b[31m",)))
    assert (report.verdict.text, report.verdict.tone, report.is_flat) == (word, tone, is_flat)
    assert "\x1b" not in report.remains[0]


def test_ascii_draws_no_marks_of_its_own() -> None:
    plain = replace(frame(snapshot()), writing=Writing(ascii_only=True))
    report = exit_report(plain, progress(*(line(one) for one in ExitStep)))
    assert all(cell.text.isascii() for one in report.lines for cell in one)


def test_the_offer_leaves_alone_what_others_bought_on_spot() -> None:
    ours = position_row(position(number=1))
    theirs = position_row(
        replace(position(number=2, strategy_id=EXTERNAL_STRATEGY), kind=InstrumentKind.SPOT)
    )
    offer = exit_offer(frame(snapshot(positions=(ours, theirs), orders=(order_row(),))))
    assert (len(offer.closes), len(offer.leaves), len(offer.cancels)) == (1, 1, 1)
    assert offer.headline == "close 1 position, cancel 1 order"


def test_the_offer_says_what_it_doubts() -> None:
    unheard = replace(frame(snapshot()), unreachable="the socket is gone")
    assert "the desk does not answer: the socket is gone" in exit_offer(unheard).doubts

"""The operator's questions as they look: a ticket with its answer, a stop moved away, the least screen."""

from dataclasses import replace

from desk.contracts.screen import ScreenSettings
from desk.contracts.states import TradingMode
from desk.ui.screens.proposal import ProposalScreen
from desk.ui.widgets.value_input import ValueInput
from tests.builders.frames import busy_snapshot
from tests.builders.pictures import LooksAsKept
from tests.builders.screens import PictureDesk, Screening
from tests.ui.viewmodels.test_ticket import APPROVED


async def fill(screen: Screening, **values: str) -> ProposalScreen:
    await screen.until(lambda: isinstance(screen.app.screen, ProposalScreen))
    question = screen.app.screen
    assert isinstance(question, ProposalScreen)
    for name, value in values.items():
        question.query_one(f"#type-{name}", ValueInput).value = value
    return question


def test_a_ticket_with_the_gates_answer(looks_as_kept: LooksAsKept) -> None:
    async def scene(screen: Screening) -> None:
        question = await fill(screen, size="0.5%", stop="1%", target="2R")
        await screen.until(lambda: "would let it through" in screen.text)
        question.focus_answer()

    desk = PictureDesk(busy_snapshot(), previewed=APPROVED)
    assert looks_as_kept(desk, press=("n",), size=(100, 32), scene=scene)


def test_a_refused_ticket_of_real_money_on_the_least_screen(looks_as_kept: LooksAsKept) -> None:
    async def scene(screen: Screening) -> None:
        await fill(screen, size="120", stop="1%")
        await screen.until(lambda: "would be refused by risk" in screen.text)

    refused = replace(APPROVED, refused_by="risk", reason="above max_order_notional 50,000")
    desk = PictureDesk(replace(busy_snapshot(), mode=TradingMode.LIVE), previewed=refused)
    settings = ScreenSettings(ascii_only=True, time_zone="UTC")
    assert looks_as_kept(desk, press=("n",), size=(60, 18), settings=settings, scene=scene)


def test_a_stop_moved_away(looks_as_kept: LooksAsKept) -> None:
    async def scene(screen: Screening) -> None:
        question = await fill(screen, price="90")
        await screen.until(lambda: "away from the market" in screen.text)
        question.focus_answer()

    assert looks_as_kept(busy_snapshot(), press=("m",), size=(80, 24), scene=scene)

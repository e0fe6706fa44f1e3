"""A question sends once, only when it is meant, and claims nothing that the desk did not say."""

import asyncio
from dataclasses import dataclass, field, replace

import pytest
from textual.events import Key, Paste
from textual.widgets import Button

from desk.contracts.commands import CloseTrade, Command, CommandOutcome, OpenTrade
from desk.contracts.screen import ScreenSettings
from desk.contracts.states import DeskState, TradingMode
from desk.contracts.ticket import TradePreview
from desk.ui.actions.registry import all_actions
from desk.ui.screens.proposal import ProposalScreen
from desk.ui.screens.ticket import TicketScreen
from desk.ui.widgets.value_input import ValueInput
from tests.builders.frames import busy_snapshot, order_row, position, position_row, snapshot, trade_id
from tests.builders.screens import PictureDesk, Screening, screen_over
from tests.ui.viewmodels.test_ticket import APPROVED

HELD = snapshot(
    positions=(position_row(),),
    orders=(order_row(client_order_id="s1", leg="stop", side="SELL", price="95"),),
)
HELD_LIVE = replace(HELD, mode=TradingMode.LIVE)


@dataclass
class SlowDesk(PictureDesk):
    """Answer a command when told to, with what is told."""

    hold: asyncio.Event = field(default_factory=asyncio.Event)
    outcome: CommandOutcome = field(
        default_factory=lambda: CommandOutcome(accepted=True, message="done", state=DeskState.ACTIVE)
    )
    previews: list[OpenTrade] = field(default_factory=list)
    open_previews: int = 0
    most_open_previews: int = 0
    answer_preview: asyncio.Event | None = None

    async def execute(self, command: Command) -> CommandOutcome:
        await super().execute(command)
        await self.hold.wait()
        self._reach()
        return self.outcome

    async def preview(self, order: OpenTrade) -> TradePreview:
        self.previews.append(order)
        self.open_previews += 1
        self.most_open_previews = max(self.most_open_previews, self.open_previews)
        try:
            if self.answer_preview is not None:
                await self.answer_preview.wait()
            self._reach()
            return replace(APPROVED, stop_price=order.stop_price, risk_quote=order.risk_quote)
        finally:
            self.open_previews -= 1


async def asked(screen: Screening, key: str) -> ProposalScreen:
    await screen.press(key)
    await screen.until(lambda: isinstance(screen.app.screen, ProposalScreen))
    question = screen.app.screen
    assert isinstance(question, ProposalScreen)
    await screen.until(lambda: question.hears)
    return question


def is_asked(screen: Screening) -> bool:
    return isinstance(screen.app.screen, ProposalScreen)


def label(screen: Screening) -> str:
    return str(screen.app.screen.query_one("#go", Button).label)


async def filled_ticket(screen: Screening, size: str = "120") -> None:
    await asked(screen, "n")
    for name, value in (("size", size), ("stop", "1%")):
        screen.app.screen.query_one(f"#type-{name}", ValueInput).value = value


async def test_a_key_held_down_sends_one_command() -> None:
    desk = SlowDesk(HELD)
    async with screen_over(desk) as screen:
        await asked(screen, "c")
        await screen.press(*["enter"] * 5)
        await screen.until(lambda: bool(desk.commands))
        assert "closing BTC/USDT ..." in label(screen)
        await screen.press("enter", "enter")
        desk.hold.set()
        await screen.until(lambda: not is_asked(screen))
        assert desk.commands == [CloseTrade(trade_id())]
        assert screen.told == ["closing BTC/USDT: done"]


async def test_a_key_held_down_asks_once() -> None:
    async with screen_over(SlowDesk(HELD)) as screen:
        for _ in range(5):
            screen.app.post_message(Key("c", "c"))
        await screen.until(lambda: is_asked(screen))
        await screen.press("escape")
        await screen.until(lambda: not is_asked(screen))


async def test_a_paste_that_opens_a_question_does_not_answer_it() -> None:
    desk = SlowDesk(HELD)
    async with screen_over(desk) as screen:
        read_before = Key("enter", "\r")
        await asked(screen, "c")
        screen.app.post_message(read_before)
        await screen.pilot.pause()
        assert not desk.commands


async def test_escape_leaves_and_sends_nothing() -> None:
    desk = SlowDesk(HELD)
    async with screen_over(desk) as screen:
        for key in ("c", "m", "n"):
            await asked(screen, key)
            await screen.press("escape")
            await screen.until(lambda: not is_asked(screen))
        assert not desk.commands
        assert not screen.told


async def test_a_desk_that_does_not_answer_is_never_taken_for_done() -> None:
    desk = SlowDesk(HELD)
    async with screen_over(desk) as screen:
        await asked(screen, "c")
        desk.hold.set()
        desk.unreachable = "the socket is gone"
        await screen.press("enter")
        await screen.until(lambda: "is not known" in screen.text)
        assert is_asked(screen)
        assert "what became of it is not known" in screen.told[-1]
        desk.unreachable = ""
        await screen.press("tab", "enter")
        await screen.pilot.pause()
        assert not desk.commands, "what may have been done is not sent again by the same question"


async def test_a_refusal_stays_until_it_is_read_and_may_be_mended() -> None:
    refusal = CommandOutcome(accepted=False, message="not now \x1b[31m[b]", state=DeskState.HALTED)
    desk = SlowDesk(HELD, outcome=refusal)
    desk.hold.set()
    async with screen_over(desk) as screen:
        question = await asked(screen, "m")
        await screen.press(*"98", "enter", "enter")
        await screen.until(lambda: "not done: not now [b]" in screen.text)
        assert screen.app.focused is question.query_one("#cancel")
        desk.outcome = replace(refusal, accepted=True, message="moved")
        await screen.until(lambda: question.hears)
        await screen.press("tab", "enter")
        await screen.until(lambda: len(desk.commands) == 2 or not is_asked(screen))
        await screen.until(lambda: not is_asked(screen))
        assert len(desk.commands) == 2


async def test_what_is_left_while_it_is_under_way_is_told_when_it_is_over() -> None:
    desk = SlowDesk(HELD)
    async with screen_over(desk) as screen:
        await asked(screen, "c")
        await screen.press("enter")
        await screen.until(lambda: bool(desk.commands))
        await screen.press("escape")
        await screen.until(lambda: not is_asked(screen))
        desk.hold.set()
        await screen.until(lambda: screen.told == ["closing BTC/USDT: done"])


async def test_a_position_that_goes_while_it_is_asked_about_cannot_be_closed() -> None:
    desk = SlowDesk(HELD)
    async with screen_over(desk) as screen:
        await asked(screen, "c")
        desk.picture = replace(HELD, positions=())
        await screen.until(lambda: "not open any more" in screen.text)
        await screen.press("enter")
        await screen.pilot.pause()
        assert not desk.commands


async def test_the_mouse_asks_with_one_click_and_answers_with_another() -> None:
    desk = SlowDesk(HELD)
    desk.hold.set()
    async with screen_over(desk) as screen:
        await screen.pilot.click("#footer", offset=(screen.footer.index("close") + 1, 0))
        await screen.until(lambda: is_asked(screen))
        assert not desk.commands
        question = screen.app.screen
        assert isinstance(question, ProposalScreen)
        await screen.until(lambda: question.hears)
        await screen.pilot.click("#go")
        await screen.until(lambda: not is_asked(screen))
        assert len(desk.commands) == 1


async def test_an_exit_lies_above_a_question_that_then_goes() -> None:
    desk = SlowDesk(HELD)
    async with screen_over(desk) as screen:
        await asked(screen, "c")
        await screen.press("enter")
        await screen.until(lambda: bool(desk.commands))
        await screen.press("X")
        await screen.until(lambda: "EMERGENCY EXIT" in screen.text)
        desk.hold.set()
        await screen.until(lambda: bool(screen.told))
        assert "EMERGENCY EXIT" in screen.text
        await screen.press("escape")
        await screen.until(lambda: not is_asked(screen))
        assert len(desk.commands) == 1


async def test_a_market_s_name_cannot_write_on_the_screen() -> None:
    wicked = "BTC\x1b[31m[bold]/US\x07DT"
    held = replace(HELD, positions=(position_row(position(symbol=wicked)),), instruments=(), feeds=())
    desk = SlowDesk(held)
    async with screen_over(desk) as screen:
        await asked(screen, "c")
        assert "CLOSE LONG 0.5 BTC[bold]/USDT at the market" in label(screen)
        await screen.press("enter")
        await screen.until(lambda: "closing BTC[bold]/USDT ..." in label(screen))
        assert all(one.isprintable() for one in screen.text.splitlines())
        desk.hold.set()
        await screen.until(lambda: not is_asked(screen))


async def test_with_real_money_the_ticket_ends_on_cancel_and_its_frame_says_live() -> None:
    async with screen_over(SlowDesk(HELD_LIVE)) as screen:
        await filled_ticket(screen)
        await screen.until(lambda: "BUY 0.012" in label(screen))
        assert "NEW TRADE  LIVE" in screen.text
        screen.app.screen.query_one("#type-target").focus()
        await screen.press("enter")
        assert screen.app.focused is screen.app.screen.query_one("#cancel")


async def test_previews_never_overlap_and_late_answers_are_dropped() -> None:
    desk = SlowDesk(HELD, answer_preview=asyncio.Event())
    assert desk.answer_preview is not None
    async with screen_over(desk) as screen:
        await filled_ticket(screen)
        await screen.until(lambda: len(desk.previews) == 1)
        screen.app.screen.query_one("#type-size", ValueInput).value = "77"
        await screen.pilot.pause()
        assert "asking the desk" in label(screen)
        desk.answer_preview.set()
        await screen.until(lambda: "risking 77.00" in label(screen))
        assert desk.most_open_previews == 1
        assert [one.risk_quote for one in desk.previews[:2]] == [120, 77]


async def test_what_is_sent_is_the_order_whose_answer_was_shown() -> None:
    desk = SlowDesk(HELD)
    async with screen_over(desk) as screen:
        await filled_ticket(screen)
        await screen.until(lambda: "risking 120.00" in label(screen))
        screen.app.screen.query_one("#go").focus()
        await screen.press("enter")
        await screen.until(lambda: bool(desk.commands))
        assert desk.commands[0] in desk.previews
        desk.hold.set()
        await screen.until(lambda: not is_asked(screen))


async def test_a_ticket_whose_desk_is_silent_says_so_and_sends_nothing() -> None:
    desk = SlowDesk(HELD)
    async with screen_over(desk) as screen:
        desk.unreachable = "the socket is gone"
        await filled_ticket(screen)
        await screen.until(lambda: "the desk does not answer" in label(screen))
        screen.app.screen.query_one("#go").focus()
        await screen.press("enter")
        assert not desk.commands
        assert isinstance(screen.app.screen, TicketScreen)


async def test_enter_goes_to_what_is_wrong_and_never_leaves_a_ticket_that_cannot_be_sent() -> None:
    async with screen_over(SlowDesk(HELD)) as screen:
        ticket = await asked(screen, "n")
        await screen.press(*"abc", "enter", "enter", *"1%", "enter", "enter")
        await screen.until(lambda: screen.app.focused is ticket.query_one("#type-size"))
        assert "'abc' is no number" in screen.text
        await screen.press(*["delete"] * 3, *["enter"] * 6)
        assert screen.app.screen is ticket


async def test_what_is_typed_in_one_breath_goes_where_it_was_meant() -> None:
    desk = SlowDesk(HELD)
    async with screen_over(desk) as screen:
        ticket = await asked(screen, "n")
        breath = "9\x7f120\r\t\r101.5\r1%\r2R"
        for one in breath:
            key = {"\r": "enter", "\t": "right", "\x7f": "backspace", "%": "percent_sign"}.get(one, one)
            screen.app.post_message(Key(key, None if one in "\r\t\x7f" else one))
        await screen.until(lambda: ticket.typed["target"] == "2R")
        assert [ticket.typed[one] for one in ("size", "limit", "stop")] == ["120", "101.5", "1%"]


async def test_a_paste_into_a_field_is_one_short_harmless_line() -> None:
    async with screen_over(SlowDesk(HELD)) as screen:
        question = await asked(screen, "m")
        line = question.query_one("#type-price", ValueInput)
        screen.app.post_message(Paste("\x1b[2J98\x00.5\nrm -rf /" + "9" * 10_000))
        await screen.until(lambda: bool(line.value))
        assert line.value.startswith("98.5 rm -rf /9")
        assert len(line.value) == 40
        assert line.value.isprintable()


@pytest.mark.parametrize("size", [(60, 18), (80, 24), (250, 70)])
async def test_every_question_fits_with_its_answers_in_sight(size: tuple[int, int]) -> None:
    busy = busy_snapshot(positions=40)
    async with screen_over(busy, size=size, settings=ScreenSettings(ascii_only=True)) as screen:
        for key, action in (("c", ""), ("m", ""), ("n", ""), ("", "positions.close_symbol")):
            if action:
                screen.app.action_perform(action)
                await screen.until(lambda: is_asked(screen))
            else:
                await asked(screen, key)
            go, cancel = (screen.app.screen.query_one(one).region for one in ("#go", "#cancel"))
            frame = screen.app.screen.region
            assert frame.contains_region(go), (key, go)
            assert frame.contains_region(cancel)
            box = screen.app.screen.query_one(".question-box")
            assert box.region.contains_region(go)
            await screen.press("escape")
            await screen.until(lambda: not is_asked(screen))


def test_who_only_observes_has_nothing_that_acts() -> None:
    acting = [one for one in all_actions(()) if one.acts]
    asking = [one for one in all_actions(()) if one.asks]
    assert len(acting) > 15
    assert all(one.acts for one in asking)


async def test_observing_leaves_the_keys_without_effect() -> None:
    desk = SlowDesk(HELD)
    async with screen_over(desk, settings=ScreenSettings(observe=True)) as screen:
        await screen.press("c", "n", "m", "p", "u", "b")
        assert not is_asked(screen)
        assert not desk.commands

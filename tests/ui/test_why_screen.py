"""Enter asks why: of anything that has a cause, on the real desk, and from there on to any other id."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from desk.contracts.commands import Halt
from desk.contracts.problems import InputRefused, Problem
from desk.contracts.screen import ScreenSettings
from desk.contracts.sides import OrderSide
from desk.contracts.why import CauseTree
from desk.ui.screens.why import WhyScreen
from tests.builders.causes import (
    DIRECTIVE,
    EXECUTION,
    FILL,
    ORDER,
    TRADE,
    bought_tree,
    huge_tree,
    refused_tree,
)
from tests.builders.frames import position_row, snapshot
from tests.builders.living_screens import screen_over_desk
from tests.builders.screens import PictureDesk, Screening, screen_over


@dataclass
class TellingDesk(PictureDesk):
    """Knows why of one trade's ids, and keeps what it is asked."""

    asked: list[str] = field(default_factory=list)
    told: CauseTree | None = None

    async def why(self, subject_id: str) -> CauseTree:
        self.asked.append(subject_id)
        self._reach()
        if self.told is not None:
            return self.told
        if subject_id == EXECUTION:
            raise InputRefused(
                Problem("journal", None, "", f"the journal has no {subject_id!r}", "give another")
            )
        return bought_tree(subject_id)


def desk() -> TellingDesk:
    return TellingDesk(snapshot(positions=(position_row(),)))


async def until_it_reads(screen: Screening, *words: str) -> None:
    await screen.until(lambda: all(one in screen.text for one in words), f"{words} in\n{screen.text}")


async def ask(screen: Screening, *words: str) -> None:
    await screen.until(lambda: screen.app.situation is not None and screen.app.situation.subject is not None)
    await screen.press("enter")
    await until_it_reads(screen, *(words or ("first fill after",)))


def is_asking_why(screen: Screening) -> bool:
    return isinstance(screen.app.screen, WhyScreen)


def line_with(screen: Screening, words: str) -> str:
    return next(one for one in screen.text.split("\n") if words in one)


async def test_enter_on_a_position_tells_its_causes_and_its_costs() -> None:
    telling = desk()
    async with screen_over(telling, size=(160, 40)) as screen:
        await ask(screen, "tick BTC/USDT 100", "slippage +20.0 bp", "fees 0.05 USDT", "What is known")
        assert is_asking_why(screen)
        await screen.press("escape")
        assert not is_asking_why(screen)


async def test_one_thing_leads_to_another_and_back() -> None:
    telling = desk()
    async with screen_over(telling, size=(160, 40)) as screen:
        await ask(screen)
        first = telling.asked[0]
        await screen.press("end", "enter")
        await until_it_reads(screen, f"→ {FILL}")
        await screen.press("up", "enter")
        await until_it_reads(screen, f"→ {ORDER}")
        assert telling.asked == [first, FILL, ORDER]
        await screen.press("backspace", "backspace")
        await until_it_reads(screen, f"Why → {first}")
        assert FILL not in line_with(screen, "Why →")
        assert telling.asked[-1] == first
        await screen.press("backspace")
        assert is_asking_why(screen)


async def test_the_facts_of_a_node_have_ids_that_lead_on_and_json_where_asked() -> None:
    async with screen_over(desk(), size=(160, 40)) as screen:
        await ask(screen)
        await screen.press("end")
        await until_it_reads(screen, "venue trade id", "1000042")
        await screen.press("J")
        await until_it_reads(screen, '"venue_trade_id": "1000042"')
        await screen.press("J", "tab", "down", "enter")
        await until_it_reads(screen, f"→ {ORDER}")


async def test_an_id_nobody_knows_and_a_silent_desk_are_told_and_left() -> None:
    telling = desk()
    async with screen_over(telling, size=(160, 40)) as screen:
        await ask(screen)
        await screen.press("home", "down", "down", "down", "down", "enter")
        await until_it_reads(screen, f"the journal has no '{EXECUTION}'")
        await screen.press("y")
        telling.unreachable = "the socket is gone"
        await screen.press("backspace")
        await until_it_reads(screen, "The desk does not answer: the socket is gone")
        telling.unreachable = ""
        await screen.press("r")
        await until_it_reads(screen, "first fill after")


async def test_folding_and_filtering_leave_what_is_looked_for() -> None:
    async with screen_over(desk(), size=(160, 40)) as screen:
        await ask(screen)
        await screen.press("minus")
        await until_it_reads(screen, "folded]")
        assert "order sent" not in screen.text
        await screen.press("plus")
        await until_it_reads(screen, "order sent")
        await screen.press("end", "left", "left", "left")
        await until_it_reads(screen, "folded]")
        await screen.press("right")
        await until_it_reads(screen, "order sent")
        await screen.press("slash", *"reference")
        await until_it_reads(screen, "1 of 9")
        assert "order sent" not in screen.text
        await screen.press("enter")
        assert "order sent" not in screen.text
        await screen.press("escape")
        await until_it_reads(screen, "order sent")
        await screen.press("escape")
        assert not is_asking_why(screen)


async def test_a_refusal_stands_on_top() -> None:
    telling = desk()
    telling.told = refused_tree()
    async with screen_over(telling) as screen:
        await ask(screen, "REFUSED by max open trades")
        rows = screen.text.split("\n")
        assert "REFUSED by max open trades 5 of 5 are open" in rows[3]


async def test_a_tree_of_thousands_is_moved_through_at_once() -> None:
    telling = desk()
    telling.told = huge_tree()
    async with screen_over(telling, size=(60, 18), settings=ScreenSettings(ascii_only=True)) as screen:
        await ask(screen, "What is known")
        await screen.press("end", "pageup", "pagedown", "k", "j", "G")
        await until_it_reads(screen, "venue: OPEN 2")
        assert screen.text.isascii()


async def test_markup_and_escapes_from_the_market_stay_text() -> None:
    telling = desk()
    whole = bought_tree()
    hostile = "[bold red]boo[/] \x1b[31mred\x1b[0m \x07 [@click=app.leave]go[/]"
    fact = whole.nodes[0].facts[0]
    told = replace(
        whole.nodes[0],
        facts=(replace(fact, text=hostile, data='{"reason": "[/] \\u001b[2J"}'),),
        is_asked=True,
    )
    telling.told = CauseTree(told.id, (told, *whole.nodes[1:]), is_unbroken=True)
    async with screen_over(telling, size=(160, 40)) as screen:
        await ask(screen, "[bold red]boo[/] red")
        assert "\x1b" not in screen.text


async def test_the_real_desk_tells_why_of_a_trade_and_of_a_refusal(tmp_path: Path) -> None:
    async with screen_over_desk(tmp_path, size=(160, 45)) as (screen, living):
        living.tick("50000")
        living.issue(living.new_trade())
        await living.settle(price="50010")
        living.issue(living.new_trade(OrderSide.SELL))
        await living.settle(price="50010")
        await screen.until(lambda: len(living.positions) == 1 and "LONG" in screen.text)
        await ask(screen, "tick BTC/USDT:USDT 50000", "entry: 1 fill, slippage", "order intended: stop SELL")
        assert "ACTIVE" in screen.text.split("\n")[0]
        await living.desk.commands.execute(Halt())
        await screen.until(lambda: "HALTED" in screen.text.split("\n")[0])
        await screen.press("escape", "tab", "home")
        await ask(screen, "REFUSED by", "one side per symbol")
        assert TRADE not in screen.text
        assert DIRECTIVE not in screen.text

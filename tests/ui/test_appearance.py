"""Themes, grey screens and plain letters: what is meant survives in all of them."""

from dataclasses import replace

import pytest
from rich.color import Color

from desk.contracts.problems import InputRefused
from desk.contracts.screen import Palette, ScreenSettings
from desk.contracts.states import TradingMode
from desk.ui.launch import writing_of
from desk.ui.themes import THEME_NAMES, themes
from desk.ui.viewmodels.tones import Tone
from tests.builders.frames import busy_snapshot, snapshot
from tests.builders.screens import KeptMemory, screen_over


def test_every_theme_has_a_colour_for_every_tone() -> None:
    for palette in Palette:
        for theme in themes(palette):
            assert all(f"tone-{tone.value}" in theme.variables for tone in Tone)


def test_profit_and_loss_follow_the_palette_and_colour_blind_has_its_own() -> None:
    colours = {
        palette: {
            theme.name: (theme.variables["tone-good"], theme.variables["tone-bad"])
            for theme in themes(palette)
        }
        for palette in Palette
    }
    good, bad = colours[Palette.GREEN_RED]["desk-dark"]
    assert colours[Palette.RED_GREEN]["desk-dark"] == (bad, good)
    assert colours[Palette.GREEN_RED]["colour-blind"] == colours[Palette.BLUE_ORANGE]["desk-dark"]


def test_an_unknown_theme_is_refused_with_the_known_ones() -> None:
    with pytest.raises(
        InputRefused, match="no theme is called 'desk-drak'; did you mean desk-dark"
    ) as refusal:
        writing_of(ScreenSettings(theme="desk-drak"))
    assert all(one in str(refusal.value) for one in THEME_NAMES)


def test_an_unknown_time_zone_is_refused() -> None:
    with pytest.raises(InputRefused, match="no time zone is called 'Mars/Base'"):
        writing_of(ScreenSettings(time_zone="Mars/Base"))


async def test_times_are_written_in_the_zone_that_was_set() -> None:
    settings = ScreenSettings(time_zone="Asia/Tokyo")
    async with screen_over(snapshot(), settings=settings) as screen:
        assert "07:14:0" in screen.header


async def test_sixteen_colours_are_the_terminals_own() -> None:
    settings = ScreenSettings(theme="ansi", time_zone="UTC")
    async with screen_over(busy_snapshot(), settings=settings) as screen:
        for strip in screen.app.screen._compositor.render_strips():  # noqa: SLF001 - what the terminal gets
            for segment in strip:
                colours = (segment.style.color, segment.style.bgcolor) if segment.style else ()
                assert all(one is None or _is_the_terminals(one) for one in colours)


def _is_the_terminals(colour: Color) -> bool:
    return colour.is_default or (colour.number is not None and colour.number < 16)


async def test_without_colour_the_words_and_signs_are_all_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with screen_over(busy_snapshot()) as screen:
        assert screen.app.no_color
        for word in ("LONG ▲", "SHORT ▼", "+3.65", "-1.70", "NO STOP", "STOP OK"):
            assert word in screen.text


async def test_plain_letters_alone_draw_every_workspace_and_every_sheet() -> None:
    settings = ScreenSettings(time_zone="UTC", ascii_only=True)
    memory = KeptMemory()
    async with screen_over(
        busy_snapshot(), settings=settings, memory=memory, quit_question="Stop the desk?"
    ) as screen:
        for key in "12345":
            await screen.press(key)
            assert not _beyond_ascii(screen.text), key
        for key in ("question_mark", "e", "ctrl+p", "ctrl+o", "q"):
            await screen.press(key)
            assert not _beyond_ascii(screen.text), key
            await screen.press("escape")


def _beyond_ascii(text: str) -> set[str]:
    return {one for one in text if not one.isascii()}


async def test_real_money_has_a_frame_of_its_own() -> None:
    async with screen_over(replace(snapshot(), mode=TradingMode.LIVE)) as screen:
        assert " LIVE " in screen.header
        assert screen.app.work.has_class("-live")
    async with screen_over(snapshot()) as screen:
        assert not screen.app.work.has_class("-live")


async def test_an_observer_sees_everything_and_can_do_nothing() -> None:
    settings = ScreenSettings(time_zone="UTC", observe=True)
    async with screen_over(busy_snapshot(), settings=settings) as screen:
        assert "OBSERVE" in screen.header
        assert not [one.id for one in screen.app.registry if one.acts]
        await screen.press("X")
        assert screen.app.screen is screen.app.work

"""Facts in a real app: side by side where there is room, and never wider than their pane."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from desk.ui.viewmodels.facts import Fact
from desk.ui.viewmodels.table import Cell
from desk.ui.viewmodels.tones import Tone
from desk.ui.widgets.facts import Facts
from tests.builders.examples import examples
from tests.builders.grids import Shelf, lines_of

FOUR = tuple(Fact(f"name {at}", Cell(f"{at}.00", Tone.GOOD), "of 10") for at in range(4))
TEXTS = [f"name {at} {at}.00 of 10" for at in range(4)]


async def test_facts_stand_side_by_side_and_below_each_other() -> None:
    facts = Facts()
    app = Shelf(facts)
    async with app.run_test(size=(80, 6)) as pilot:
        facts.show(FOUR)
        await pilot.pause()
        assert (
            lines_of(app)[0]
            == "name 0 0.00 of 10   name 1 1.00 of 10   name 2 2.00 of 10   name 3 3.00 of 10"
        )
        await pilot.resize_terminal(50, 6)
        await pilot.pause()
        assert lines_of(app)[:2] == [
            "name 0 0.00 of 10   name 1 1.00 of 10",
            "name 2 2.00 of 10   name 3 3.00 of 10",
        ]
        await pilot.resize_terminal(12, 6)
        await pilot.pause()
        assert lines_of(app)[:2] == ["name 0 0.00", "name 1 1.00"]


async def test_what_does_not_fit_can_be_scrolled_to() -> None:
    facts = Facts()
    app = Shelf(facts)
    async with app.run_test(size=(20, 2)) as pilot:
        facts.show(FOUR)
        facts.focus()
        await pilot.pause()
        await pilot.press("end")
        await pilot.pause()
        assert lines_of(app)[-1].startswith("name 3")


async def test_hard_text_stays_within_its_line() -> None:
    facts = Facts()
    app = Shelf(facts)
    async with app.run_test(size=(31, 4)) as pilot:
        await pilot.pause()
        texts = st.text(st.characters() | st.sampled_from("\x1b\u200d日👩🏽\u0301\u202e[]"), max_size=20)

        @settings(
            suppress_health_check=[HealthCheck.function_scoped_fixture],
            deadline=None,
            max_examples=examples(50),
        )
        @given(label=texts, value=texts, note=texts)
        def is_exact(label: str, value: str, note: str) -> None:
            facts.show((Fact(label, Cell(value), note), FOUR[0]))
            for at in range(4):
                line = facts.render_line(at).text
                assert cell_len(line) in {30, 31}
                assert line.isprintable()

        is_exact()

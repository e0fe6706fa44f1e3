"""Lines and marks as one SVG, in the colours of the desk."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pygal
from pygal.style import Style

from tests.worker_pictures.curves import Point, Window

_GROUND = "#11141c"
_WIDTH, _HEIGHT = 1000, 420
_UNSEEN = re.compile(r"<!--.*?-->|<script.*?</script>", re.DOTALL)
_HOUR_MS = 3_600_000

GREY, RED, GREEN, AMBER, BLUE, VIOLET = "#8b95a7", "#e5484d", "#46a758", "#f5a524", "#4c9aff", "#b58cff"


@dataclass(frozen=True, slots=True)
class Line:
    """Draw points joined, `width` pixels wide; on the right axis where `is_second`."""

    name: str
    points: Sequence[Point]
    colour: str
    width: float = 1.4
    is_second: bool = False


@dataclass(frozen=True, slots=True)
class Marks:
    """Draw points apart."""

    name: str
    points: Sequence[Point]
    colour: str
    size: int = 5


def draw(title: str, window: Window, curves: Sequence[Line | Marks], path: Path) -> None:
    """Write one picture."""
    shown = [one for one in curves if one.points]
    chart = pygal.XY(
        style=Style(
            background=_GROUND,
            plot_background=_GROUND,
            foreground="#aab2c0",
            foreground_strong="#e8ebf0",
            foreground_subtle="#3a4150",
            colors=tuple(one.colour for one in shown),
            font_family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace",
            guide_stroke_color="#262c38",
            major_guide_stroke_color="#262c38",
            title_font_size=15,
            legend_font_size=13,
        ),
        title=title,
        width=_WIDTH,
        height=_HEIGHT,
        js=[],
        show_dots=False,
        legend_at_bottom=True,
        legend_at_bottom_columns=len(shown),
        margin=12,
        margin_right=40,
        show_x_guides=False,
        x_value_formatter=lambda hours: _moment(window, hours),
        x_label_rotation=0,
        truncate_legend=-1,
        disable_xml_declaration=True,
        xrange=(0, (window.end_ms - window.begin_ms) / _HOUR_MS),
    )
    chart.x_labels = _ticks(window)
    for one in shown:
        if isinstance(one, Line):
            style = {"width": one.width}
            chart.add(
                one.name, one.points, stroke_style=style, secondary=one.is_second, allow_interruptions=True
            )
        else:
            chart.add(one.name, one.points, stroke=False, show_dots=True, dots_size=one.size)
    drawn = _UNSEEN.sub("", chart.render(is_unicode=True))
    path.write_text(drawn.replace(chart.uuid, path.stem) + "\n", encoding="utf-8")


def _ticks(window: Window) -> list[float]:
    whole = (window.end_ms - window.begin_ms) / _HOUR_MS
    return [whole * part / 6 for part in range(7)]


def _moment(window: Window, hours: float) -> str:
    moment = datetime.fromtimestamp((window.begin_ms + hours * _HOUR_MS) / 1000, UTC)
    return f"{moment:%d %b %H:%M}"

"""The themes: quiet surfaces, and saturated colour kept for profit, loss, alarms and live money."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from textual.theme import Theme

from desk.contracts.problems import InputRefused, Problem
from desk.contracts.screen import Palette


@dataclass(frozen=True, slots=True)
class _Inks:
    """Name the colours of one theme; `gains` and `losses` are its green and red, or what it has of them."""

    background: str
    surface: str
    panel: str
    line: str
    text: str
    dim: str
    strong: str
    accent: str
    green: str
    red: str
    blue: str
    orange: str
    warn: str
    alarm: str
    stale: str
    unknown: str
    live: str
    on_badge: str
    is_dark: bool = True
    is_ansi: bool = False


_DARK = _Inks(
    background="#0e1217", surface="#12171e", panel="#1a212a", line="#2a333f", text="#c3ccd6", dim="#727e8c",
    strong="#f0f4f8", accent="#6cb0f5", green="#3fcf8e", red="#f2616b", blue="#4da3ff", orange="#ff9f40",
    warn="#e3b341", alarm="#ff4d4f", stale="#8f8468", unknown="#ffb224", live="#e0479e", on_badge="#0e1217",
)  # fmt: skip
_LIGHT = _Inks(
    background="#f7f8fa", surface="#ffffff", panel="#e9edf2", line="#c6ced8", text="#2b333d", dim="#6a7684",
    strong="#0b0f14", accent="#1f64b5", green="#0b7a4b", red="#c22536", blue="#0b5fc0", orange="#b35309",
    warn="#8a6100", alarm="#c8102e", stale="#7b7052", unknown="#9a5b00", live="#b01574", on_badge="#ffffff",
    is_dark=False,
)  # fmt: skip
_HIGH_CONTRAST = _Inks(
    background="#000000", surface="#000000", panel="#1c1c1c", line="#9a9a9a", text="#ffffff", dim="#c8c8c8",
    strong="#ffffff", accent="#5cd6ff", green="#00ff7f", red="#ff6b6b", blue="#66b3ff", orange="#ffb000",
    warn="#ffd700", alarm="#ff5050", stale="#d8cfa8", unknown="#ffd000", live="#ff6ad5", on_badge="#000000",
)  # fmt: skip
_ANSI = _Inks(
    background="ansi_default", surface="ansi_default", panel="ansi_default", line="ansi_bright_black",
    text="ansi_default", dim="ansi_bright_black", strong="ansi_bright_white", accent="ansi_cyan",
    green="ansi_green", red="ansi_red", blue="ansi_blue", orange="ansi_yellow", warn="ansi_yellow",
    alarm="ansi_bright_red", stale="ansi_bright_black", unknown="ansi_bright_yellow", live="ansi_magenta",
    on_badge="ansi_black", is_ansi=True,
)  # fmt: skip

_INKS: Mapping[str, _Inks] = {
    "desk-dark": _DARK,
    "desk-light": _LIGHT,
    "high-contrast": _HIGH_CONTRAST,
    "colour-blind": _DARK,
    "ansi": _ANSI,
}

THEME_NAMES = tuple(_INKS)
"""The themes in the order `t` goes through them."""


def themes(palette: Palette) -> Iterable[Theme]:
    """Make every theme with the colours of `palette` for profit and loss; colour-blind has its own."""
    for name, inks in _INKS.items():
        yield _theme(name, inks, Palette.BLUE_ORANGE if name == "colour-blind" else palette)


def check_theme(name: str) -> None:
    """Raise InputRefused with the known names where `name` is no theme."""
    if name in _INKS:
        return
    near = get_close_matches(name, THEME_NAMES, 1)
    hint = f"did you mean {near[0]}? " if near else ""
    known = ", ".join(THEME_NAMES)
    raise InputRefused(
        Problem("platform.yaml", None, "ui.theme", f"no theme is called {name!r}", f"{hint}known: {known}")
    )


def _theme(name: str, inks: _Inks, palette: Palette) -> Theme:
    good, bad = _gain_and_loss(inks, palette)
    return Theme(
        name=name,
        primary=inks.accent,
        secondary=inks.dim,
        accent=inks.accent,
        warning=inks.warn,
        error=inks.alarm,
        success=good,
        foreground=inks.text,
        background=inks.background,
        surface=inks.surface,
        panel=inks.panel,
        boost=inks.panel,
        dark=inks.is_dark,
        ansi=inks.is_ansi,
        variables={**_tones(inks, good, bad), **_fittings(inks)},
    )


def _gain_and_loss(inks: _Inks, palette: Palette) -> tuple[str, str]:
    match palette:
        case Palette.GREEN_RED:
            return inks.green, inks.red
        case Palette.RED_GREEN:
            return inks.red, inks.green
        case Palette.BLUE_ORANGE:
            return inks.blue, inks.orange


def _tones(inks: _Inks, good: str, bad: str) -> dict[str, str]:
    """One variable for each Tone, `tone-NAME`, and what stands behind and on a badge."""
    return {
        "tone-plain": inks.text,
        "tone-dim": inks.dim,
        "tone-strong": inks.strong,
        "tone-accent": inks.accent,
        "tone-good": good,
        "tone-bad": bad,
        "tone-warn": inks.warn,
        "tone-alarm": inks.alarm,
        "tone-stale": inks.stale,
        "tone-unknown": inks.unknown,
        "tone-live": inks.live,
        "on-badge": inks.on_badge,
    }


def _fittings(inks: _Inks) -> dict[str, str]:
    """Give Textual's own parts the desk's quiet look."""
    return {
        "line": inks.line,
        "ansi-background": inks.background,
        "ansi-foreground": inks.text,
        "border": inks.accent,
        "border-blurred": inks.line,
        "block-cursor-background": inks.accent,
        "block-cursor-foreground": inks.on_badge,
        "block-cursor-text-style": "none",
        "footer-background": inks.background,
        "footer-key-foreground": inks.accent,
        "footer-description-foreground": inks.dim,
        "input-cursor-background": inks.text,
        "input-cursor-foreground": inks.on_badge,
        "scrollbar": inks.line,
        "scrollbar-hover": inks.dim,
        "scrollbar-active": inks.accent,
        "scrollbar-background": inks.background,
        "scrollbar-background-hover": inks.background,
        "scrollbar-background-active": inks.background,
        "scrollbar-corner-color": inks.background,
    }

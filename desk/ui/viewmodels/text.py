"""Text that cannot harm a screen: one line, no escapes, no controls, and of a known width in cells.

Symbols, rationales and reasons come from venues, files and plugins. Whatever a terminal could take for
more than a letter is left out here, in the one place that every drawn text passes.
"""

import re
import unicodedata
from functools import lru_cache

_LEFT_OUT = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me", "Mc"})
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])")
_SPACES = frozenset({"Zs", "Zl", "Zp"})
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_JOINING_JAMO = (range(0x1160, 0x1200), range(0xD7B0, 0xD800))
_WHITE = str.maketrans(dict.fromkeys("\t\n\r\v\f", " "))


@lru_cache(maxsize=4096)
def _width_of(character: str) -> int:
    """Return 1 or 2 cells, 0 for what is left out of drawn text."""
    code = ord(character)
    if unicodedata.category(character) in _LEFT_OUT or code in _SKIN_TONES:
        return 0
    if any(code in jamo for jamo in _JOINING_JAMO):
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def _is_simple(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _ascii_of(text: str) -> str:
    """Spell text in ASCII: accents go, what has no ASCII letter becomes a question mark."""
    decomposed = unicodedata.normalize("NFKD", text)
    kept = (one for one in decomposed if one.isascii() or _width_of(one) > 0)
    return "".join(one if one.isascii() else "?" for one in kept)


def clean(text: str, *, ascii_only: bool = False) -> str:
    """Return text as one harmless line: no controls, escapes, marks or joiners, white space as spaces."""
    return text if _is_simple(text) else _cleaned(text, ascii_only=ascii_only)


@lru_cache(maxsize=4096)
def _cleaned(text: str, *, ascii_only: bool) -> str:
    flat = unicodedata.normalize("NFC", _ESCAPES.sub("", text).translate(_WHITE))
    shown = (" " if unicodedata.category(one) in _SPACES else one for one in flat if _width_of(one) > 0)
    safe = "".join(shown)
    return _ascii_of(safe) if ascii_only else safe


def cells(text: str) -> int:
    """Return how many cells a cleaned text takes."""
    return len(text) if text.isascii() else _summed(text)


@lru_cache(maxsize=4096)
def _summed(text: str) -> int:
    return sum(_width_of(one) for one in text)


def shorten(text: str, width: int, *, ascii_only: bool = False) -> str:
    """Return a cleaned text in at most `width` cells, its end given up for an ellipsis."""
    if cells(text) <= width:
        return text
    mark = "~" if ascii_only else "…"
    if width <= 1:
        return mark[: max(width, 0)]
    if text.isascii():
        return text[: width - 1] + mark
    taken, used = 0, 0
    for one in text:
        used += _width_of(one)
        if used > width - 1:
            break
        taken += 1
    return text[:taken] + mark


def plain(text: str, width: int, *, ascii_only: bool = False, to_right: bool = False) -> str:
    """Return any text as exactly `width` harmless cells, shortened or filled with spaces."""
    if len(text) <= width and _is_simple(text):
        return text.rjust(width) if to_right else text.ljust(width)
    shown = shorten(clean(text, ascii_only=ascii_only), width, ascii_only=ascii_only)
    space = " " * (width - cells(shown))
    return space + shown if to_right else shown + space

"""How keys are written for people, and how people's writing is read."""

from typing import Final

from textual.binding import Binding, InvalidBinding
from textual.keys import Keys, key_to_character

_SHOWN: Final = {"escape": "esc", "space": "space", "pageup": "page up", "pagedown": "page down"}
_CHARACTERS: Final = {"slash": "/", "at": "@", "minus": "-", "plus": "+", "underscore": "_"}
"""What Textual names by a word that is not the character's own."""
_MODIFIERS: Final = ("ctrl", "shift", "alt", "super", "hyper", "meta")
_TWINS: Final = {
    "ctrl+h": "backspace",
    "ctrl+i": "tab",
    "ctrl+m": "enter",
    "ctrl+j": "enter",
    "ctrl+[": "escape",
    "ctrl+?": "backspace",
    "ctrl+space": "ctrl+@",
    "ctrl+0": "0",
    "ctrl+1": "1",
    "ctrl+2": "ctrl+@",
    "ctrl+3": "escape",
    "ctrl+4": "ctrl+backslash",
    "ctrl+5": "ctrl+right_square_bracket",
    "ctrl+6": "ctrl+circumflex_accent",
    "ctrl+7": "ctrl+underscore",
    "ctrl+8": "backspace",
    "ctrl+9": "9",
}
"""What a terminal sends as one and the same byte, and which of the two is heard."""
_ONE_BYTE: Final = ("enter", "backspace", "escape", "space", "tab")
"""Keys that ctrl and shift leave as they are, but for shift+tab."""
_KNOWN: Final = frozenset(one.value for one in Keys)
_NAMES: Final = _KNOWN | frozenset(_CHARACTERS)


def keys_of(keys: str) -> tuple[str, ...]:
    """Split a comma-separated list into keys as Textual names them: `?` is question_mark."""
    try:
        return tuple(one.key for one in Binding.make_bindings([Binding(keys, "")]))
    except InvalidBinding:
        return ()


def shown_keys(keys: str) -> str:
    """Write all of `keys`, as help lists them."""
    return " ".join(_shown(one) for one in keys_of(keys))


def shown_key(keys: str) -> str:
    """Write the first of `keys`, as the footer has it."""
    return next((_shown(one) for one in keys_of(keys)), "")


def _shown(key: str) -> str:
    """Write one key: `question_mark` is ?, `ctrl+p` is ^p."""
    if key in _SHOWN:
        return _SHOWN[key]
    modifiers, _, bare = key.rpartition("+")
    name = _CHARACTERS.get(bare) or key_to_character(bare) or bare
    return f"^{name}" if modifiers == "ctrl" else "+".join(one for one in (modifiers, name) if one)


def is_key(key: str) -> bool:
    """Whether a terminal can send what is named `key`."""
    *modifiers, bare = key.split("+")
    if any(one not in _MODIFIERS for one in modifiers):
        return False
    is_character = bare in _CHARACTERS or key_to_character(bare) is not None
    if modifiers == ["ctrl"] and is_character:
        return key in _KNOWN
    return is_character or bare in _NAMES or key in _KNOWN


def twin_of(key: str) -> str | None:
    """Return the other key that a plain terminal sends when `key` is pressed, None where it sends `key`."""
    *modifiers, bare = key.split("+")
    character = _CHARACTERS.get(bare) or key_to_character(bare) or bare
    if modifiers == ["ctrl"] and (key in _TWINS or f"ctrl+{character}" in _TWINS):
        return _TWINS.get(key) or _TWINS[f"ctrl+{character}"]
    held = [one for one in modifiers if one != "shift"]
    if bare in _ONE_BYTE:
        is_told_apart = key == "shift+tab" or not {"ctrl", "shift"} & {*modifiers}
        return None if is_told_apart else bare
    if len(character) > 1:
        return None
    plain = "+".join((*held, character.lower() if "ctrl" in held else character.upper()))
    is_folded = "shift" in modifiers or ("ctrl" in held and character.isupper())
    return _TWINS.get(plain, plain) if is_folded else None

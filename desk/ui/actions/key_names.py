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
    "ctrl+8": "backspace",
    "ctrl+?": "backspace",
    "ctrl+i": "tab",
    "ctrl+m": "enter",
    "ctrl+j": "enter",
    "ctrl+[": "escape",
    "ctrl+3": "escape",
}
"""What a terminal sends as one and the same byte."""
_ONE_BYTE: Final = ("enter", "backspace", "escape", "space", "tab")
"""Keys that ctrl and shift leave as they are, but for shift+tab."""
_NAMES: Final = frozenset(one.value for one in Keys) | frozenset(_CHARACTERS)


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
    return len(bare) == 1 or bare in _NAMES or key_to_character(bare) is not None


def twin_of(key: str) -> str | None:
    """Return the other key that a plain terminal sends when `key` is pressed, None where it sends `key`."""
    *modifiers, bare = key.split("+")
    character = _CHARACTERS.get(bare) or key_to_character(bare) or bare
    held = [one for one in modifiers if one != "shift"]
    if bare in _ONE_BYTE:
        is_told_apart = key == "shift+tab" or not {"ctrl", "shift"} & {*modifiers}
        return None if is_told_apart else bare
    if len(character) > 1:
        return None
    plain = "+".join((*held, character.lower() if "ctrl" in held else character.upper()))
    if "shift" in modifiers or ("ctrl" in held and character.isupper()):
        return _TWINS.get(plain, plain)
    return _TWINS.get(f"ctrl+{character}") if modifiers == ["ctrl"] else None

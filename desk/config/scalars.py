"""Plain YAML words, read in the one way that no reader of YAML disagrees about."""

import re
from decimal import Decimal

_BOOL_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false"})
_NULL_WORDS = frozenset({"", "~", "null"})
_INTEGER = re.compile(r"[-+]?(0|[1-9]\d*)")
_DECIMAL = re.compile(r"[-+]?((0|[1-9]\d*)?\.\d+|(0|[1-9]\d*)\.?)([eE][-+]?\d{1,3})?")
_SEXAGESIMAL = re.compile(r"[-+]?\d+(:[0-5]?\d)+(\.\d*)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|nan)", re.IGNORECASE)
_PADDED = re.compile(r"[-+]?0\d[\d_]*")
_OTHER_BASE = re.compile(r"[-+]?0[xob][\da-f_]+", re.IGNORECASE)
_GROUPED = re.compile(r"[-+]?[\d_]*\d_[\d_]*(\.[\d_]*)?")
_EXPONENT = re.compile(r"[-+]?[\d._]+[eE][-+]?(\d+)")
_LARGEST_EXPONENT = 30
_LONGEST_NUMBER = 60


class AmbiguousScalar(Exception):
    """Readers of YAML disagree about a word."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy


def refuse_giant(text: str) -> None:
    """Raise AmbiguousScalar for a number, quoted or not, that would fill the memory when written out."""
    found = _EXPONENT.fullmatch(text)
    if found is not None and int(found.group(1)[:_LONGEST_NUMBER]) > _LARGEST_EXPONENT:
        raise AmbiguousScalar(
            f"`{text[:_LONGEST_NUMBER]}` is beyond every amount", "write the number in full"
        )


def plain_scalar(text: str) -> str | int | bool | Decimal | None:
    """Read an unquoted word; raises AmbiguousScalar where its meaning depends on the reader."""
    if text in _NULL_WORDS:
        return None
    if text in {"true", "false"}:
        return text == "true"
    _refuse_ambiguous(text)
    if len(text) > _LONGEST_NUMBER:
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return Decimal(text)
    return text


def _refuse_ambiguous(text: str) -> None:
    refuse_giant(text)
    quoted = f'"{text}"'
    if text.lower() in _BOOL_WORDS:
        meant = "true" if text.lower() in {"y", "yes", "on", "true"} else "false"
        raise AmbiguousScalar(
            f"`{text}` may mean {meant} or a word", f"write {meant}, or {quoted} for the word"
        )
    if text.lower() == "null":
        raise AmbiguousScalar(f"`{text}` may mean nothing or a word", f"write null, or {quoted} for the word")
    if _SEXAGESIMAL.fullmatch(text):
        raise AmbiguousScalar(f"`{text}` may be read as a number to base 60", f"write {quoted}")
    if _NOT_FINITE.fullmatch(text):
        raise AmbiguousScalar(f"`{text}` is not a finite number", "write a number, or leave the key out")
    if _PADDED.fullmatch(text):
        plain = text.lstrip("+-").replace("_", "").lstrip("0") or "0"
        raise AmbiguousScalar(
            f"`{text}` may be read as an octal number", f"write {plain}, or {quoted} for the text"
        )
    if _OTHER_BASE.fullmatch(text):
        raise AmbiguousScalar(
            f"`{text}` is not a decimal number", f"write it in decimals, or {quoted} for the text"
        )
    if _GROUPED.fullmatch(text):
        raise AmbiguousScalar(f"`{text}` may be a number or a word", f"write {text.replace('_', '')}")

"""References to secrets: where a secret is, never what it is."""

import importlib
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator

from desk.config.faults import fault
from desk.contracts.problems import InputRefused, Problem

_SCHEMES = ("env", "keyring", "file")


def _reference(text: str) -> str:
    scheme, sign, name = text.partition(":")
    if not sign or not name or scheme not in _SCHEMES:
        # The text may be the secret itself: it is never repeated.
        raise fault(
            "expected a reference, was something else", "write env:NAME, keyring:SERVICE/USER or file:PATH"
        )
    return text


SecretReference = Annotated[str, AfterValidator(_reference)]
"""`env:NAME`, `keyring:SERVICE/USER` or `file:PATH`."""


def resolve(reference: str, environment: Mapping[str, str]) -> str:
    """Fetch the secret a reference points at; raises InputRefused, never with the secret in it."""
    scheme, _, name = reference.partition(":")
    match scheme:
        case "env":
            found = environment.get(name)
        case "file":
            found = _from_file(Path(name).expanduser(), reference)
        case _:
            found = _from_keyring(name, reference)
    if not found:
        raise _refused(reference, "there is no such secret", "store it there, or mend the reference")
    return found


def _from_file(path: Path, reference: str) -> str:
    try:
        with path.open("rb") as opened:
            status = os.fstat(opened.fileno())
            if stat.S_IMODE(status.st_mode) & 0o077 or status.st_uid != os.getuid():
                raise _refused(reference, "others may read the file", f"own it and run `chmod 600 {path}`")
            return opened.read().decode().strip()
    except OSError as error:
        raise _refused(reference, f"cannot be read: {error.strerror}", "check the path") from None
    except UnicodeDecodeError:
        raise _refused(reference, "is not text", "store the secret as one line of text") from None


def _from_keyring(name: str, reference: str) -> str | None:
    service, _, user = name.partition("/")
    try:
        keyring = importlib.import_module("keyring")
    except ImportError:
        raise _refused(
            reference, "no keyring is installed", "install the package keyring, or use env: or file:"
        ) from None
    found = keyring.get_password(service, user)
    return found if isinstance(found, str) else None


def _refused(reference: str, what: str, remedy: str) -> InputRefused:
    return InputRefused(Problem(reference, None, "", what, remedy))

"""The secrets of an account, fetched where its references point."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pydantic import SecretStr

from desk.config.connector_settings import CcxtAccount
from desk.config.document import Document
from desk.config.secrets import resolve
from desk.contracts.problems import InputRefused, Problem

_KEYS = ("api_key", "secret", "password")
_PATH = ("connector", "ccxt")


@dataclass(frozen=True, slots=True)
class Credentials:
    """Hold an account's secrets; they show as stars wherever this is printed."""

    api_key: SecretStr
    secret: SecretStr
    password: SecretStr | None


def credentials_of(
    account: CcxtAccount, environment: Mapping[str, str], document: Document | None = None
) -> Credentials:
    """Fetch every secret of an account; raises InputRefused, by the document's lines where it is given."""
    found: dict[str, SecretStr] = {}
    problems: list[Problem] = []
    for key in _KEYS:
        reference = getattr(account, key)
        if reference is None:
            continue
        try:
            found[key] = SecretStr(resolve(reference, environment))
        except InputRefused as refused:
            problems += [_placed(problem, key, document) for problem in refused.problems]
    if problems:
        raise InputRefused(*problems)
    return Credentials(found["api_key"], found["secret"], found.get("password"))


def _placed(problem: Problem, key: str, document: Document | None) -> Problem:
    what = f"{problem.file}: {problem.what}"
    if document is None:
        return replace(problem, file="platform.yaml", key=".".join((*_PATH, key)), what=what)
    return document.problem((*_PATH, key), what, problem.remedy)

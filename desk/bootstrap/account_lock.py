"""One desk per account at an exchange, whichever folder it keeps its state in."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from desk.bootstrap.lock import held_lock
from desk.config.connector_settings import CcxtAccount
from desk.config.credentials import credentials_of
from desk.config.platform import Platform
from desk.config.storage import StorageLayout, account_locks

_SHOWN_DIGITS = 32


@contextmanager
def account_lock(platform: Platform, storage: StorageLayout) -> Iterator[None]:
    """Hold the account of a desk that trades at an exchange; raises RefusedByState while another desk does.

    The paper exchange locks its account by itself.
    """
    account = platform.connector.ccxt
    if platform.connector.name != "ccxt" or account is None:
        yield
        return

    def refusal(holder: str) -> str:
        process, _, folder = holder.partition(" ")
        where = f"{account.exchange} {account.market} {account.mode}"
        return (
            f"another desk (process {process}, in {folder}) trades on this account ({where}, "
            f"{account.api_key}); stop it first, or use the key of another account"
        )

    folder = account_locks()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    note = f"{os.getpid()} {storage.folder.absolute()}"
    with held_lock(_lock_file(folder, account), note, refusal):
        yield


def _lock_file(folder: Path, account: CcxtAccount) -> Path:
    """Name an account by what it is, so that no key can be read from the name."""
    key = credentials_of(account, os.environ).api_key.get_secret_value()
    identity = "\n".join((account.exchange, account.market, account.mode, account.base_url or "", key))
    return folder / f"{hashlib.sha256(identity.encode()).hexdigest()[:_SHOWN_DIGITS]}.lock"

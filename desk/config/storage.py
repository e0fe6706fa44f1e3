"""Where a desk keeps its state: one folder, one file per purpose."""

from dataclasses import dataclass
from pathlib import Path

import platformdirs

from desk.config.platform import Platform
from desk.contracts.problems import InputRefused, Problem


@dataclass(frozen=True, slots=True)
class StorageLayout:
    """Name the files of one desk's state folder."""

    folder: Path

    @property
    def journal(self) -> Path:
        """Journal and ledger."""
        return self.folder / "journal.sqlite3"

    @property
    def account(self) -> Path:
        """The paper exchange's account: the venue's truth survives the desk."""
        return self.folder / "account.sqlite3"

    @property
    def spool(self) -> Path:
        """Facts that the journal could not take, kept durably until it can."""
        return self.folder / "spool.dat"

    @property
    def lock(self) -> Path:
        """Held by flock while a desk lives."""
        return self.folder / "desk.lock"

    @property
    def log(self) -> Path:
        """The log file."""
        return self.folder / "desk.log"

    @property
    def control(self) -> Path:
        """The folder of the control socket, its owner's alone."""
        return self.folder / "control"

    @property
    def arming(self) -> Path:
        """Written by an operator to arm a live desk that has no terminal; used up by its start."""
        return self.folder / "arm-live"

    @property
    def latch(self) -> Path:
        """Left by `desk flatten`: no desk here takes risk until it is re-armed."""
        return self.folder / "flattened.json"

    @property
    def drill(self) -> Path:
        """How the last drill of the emergency exit went."""
        return self.folder / "drill.json"

    @property
    def replay(self) -> "StorageLayout":
        """The folder of replays, which never touch the desk's own files."""
        return StorageLayout(self.folder / "replay")

    def create(self) -> None:
        """Make the folder, for its owner alone; raises InputRefused where there can be none."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            what = f"cannot be made a folder: {error.strerror}"
            remedy = "name a folder that can be written, by storage.path"
            raise InputRefused(Problem(str(self.folder), None, "storage.path", what, remedy)) from error


def storage_of(platform: Platform) -> StorageLayout:
    """Return the layout of `storage.path`, or of the user's state folder for the desk's id."""
    if platform.storage.path is not None:
        return StorageLayout(Path(platform.storage.path).expanduser())
    return StorageLayout(_state_folder() / platform.desk.id)


def account_locks() -> Path:
    """Return the folder of the locks on exchange accounts, the same for every desk of this user."""
    return _state_folder() / ".accounts"  # no desk can be called so


def living_storage(platform: Platform) -> StorageLayout:
    """Return the layout of `desk run` and `desk daemon`: recorded prices have a folder of their own."""
    storage = storage_of(platform)
    return storage.replay if platform.feed.name == "replay" else storage


def _state_folder() -> Path:
    return platformdirs.user_state_path("desk", appauthor=False)

"""Whether code beside a blueprint may be run: only what none but its user, or root, can change."""

import os
import shlex
import stat
from pathlib import Path

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_MOST_LINKS = 40


def distrust(path: Path) -> tuple[str, str] | None:
    """Return why the file at `path` is not to be run and what to do about it; None where it may be.

    The file, its folder, and every symbolic link on the way with its folder must belong to this user or to
    root, and nobody else may write them. Raises OSError where one of them cannot be looked at.
    """
    here = path.absolute()
    for _ in range(_MOST_LINKS):
        found = _fault(here, here.lstat()) or _fault(here.parent, here.parent.stat())
        if found is not None or not here.is_symlink():
            return found
        here = here.parent.joinpath(here.readlink())
    return f"{path} is a link to a link without end", "name the file itself"


def distrust_folder(path: Path) -> tuple[str, str] | None:
    """Return why no file in the folder at `path` is to be run, whatever it is; None where one may be.

    Raises OSError where the folder cannot be looked at.
    """
    return _fault(path, path.stat())


def _fault(path: Path, seen: os.stat_result) -> tuple[str, str] | None:
    is_link = stat.S_ISLNK(seen.st_mode)
    kind = "link" if is_link else "folder" if stat.S_ISDIR(seen.st_mode) else "file"
    if seen.st_uid not in {0, os.geteuid()}:
        what = f"the {kind} {path} belongs to another user (uid {seen.st_uid}), who could change what is run"
        return what, f"copy it, or `chown $USER {shlex.quote(str(path))}`"
    if not is_link and seen.st_mode & _OTHERS_WRITE:
        who = "everybody" if seen.st_mode & stat.S_IWOTH else "its group"
        what = f"the {kind} {path} can be changed by {who} (mode {stat.S_IMODE(seen.st_mode):o})"
        return what, f"`chmod go-w {shlex.quote(str(path))}`"
    return None

"""The door of an assembled desk: what a screen and the control socket reach it by."""

from desk.bootstrap.assembly import Desk
from desk.control.local_client import LocalClient


def local_client(desk: Desk) -> LocalClient:
    """Return a client for callers on the desk's own loop."""
    return LocalClient(desk.camera, desk.commands, desk.past, desk.questions)

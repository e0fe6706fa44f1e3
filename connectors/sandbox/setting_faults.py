"""How a setting's own rule is refused, so that the desk's configuration can tell it with a remedy."""

from pydantic_core import PydanticCustomError


def wrong(what: str, remedy: str) -> PydanticCustomError:
    """Build the error of a model's own rule: what is wrong, and what to write instead."""
    return PydanticCustomError("fault", "{what}", {"what": what, "remedy": remedy})

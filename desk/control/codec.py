"""What goes over the socket, as JSON and back: decimals as text, nothing read that was not meant."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import fields
from functools import cached_property, partial
from typing import Generic, TypeVar, get_args, get_type_hints

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from desk.contracts.commands import Command

_ROWS_AT_ONCE = 50
_REST_S = 0.001

Value = TypeVar("Value")


class NotUnderstood(ValueError):
    """What came over the socket is not what was expected there."""


class Codec(Generic[Value]):
    """Write and read one type; its adapter is built when it is first needed."""

    def __init__(self, build: Callable[[], TypeAdapter[Value]]) -> None:
        self._build = build

    @cached_property
    def _adapter(self) -> TypeAdapter[Value]:
        return self._build()

    def prepare(self) -> None:
        """Build the adapter now: a desk that trades has no time for it later."""
        _ = self._adapter

    def to_json(self, value: Value) -> bytes:
        """Return `value` as JSON on one line."""
        return self._adapter.dump_json(value)

    async def to_json_in_steps(self, value: Value) -> bytes:
        """Return `value` as JSON; what is large lets others have their turn meanwhile."""
        return self.to_json(value)

    def read(self, given: object) -> Value:
        """Return the value of parsed JSON; raises NotUnderstood."""
        return self.read_json(to_json(given))

    def read_json(self, text: bytes) -> Value:
        """Return the value of JSON; raises NotUnderstood."""
        try:
            return self._adapter.validate_json(text, strict=True)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            raise NotUnderstood(f"{place}: {first['msg']}" if place else first["msg"]) from error


class WideCodec(Codec[Value]):
    """Write a dataclass whose fields hold many rows, a few of them at a time: the desk's picture."""

    def __init__(self, kind: type[Value]) -> None:
        super().__init__(lambda: TypeAdapter(kind))
        self._kind = kind

    def prepare(self) -> None:
        """Build the adapters of the whole and of each field now."""
        super().prepare()
        _ = self._fields

    @cached_property
    def _fields(self) -> dict[str, TypeAdapter[object]]:
        return {name: TypeAdapter[object](hint) for name, hint in get_type_hints(self._kind).items()}

    async def to_json_in_steps(self, value: Value) -> bytes:
        """Return `value` as JSON, as `to_json` does; no step takes longer than a few rows."""
        shown: list[bytes] = []
        for name, adapter in self._fields.items():
            held = getattr(value, name)
            if isinstance(held, tuple):
                rows = [adapter.dump_json(some)[1:-1] async for some in _some_at_once(held)]
                shown.append(b'"%s":[%s]' % (name.encode(), b",".join(rows)))
            else:
                shown.append(b'"%s":%s' % (name.encode(), adapter.dump_json(held)))
        return b"{%s}" % b",".join(shown)


async def _some_at_once(rows: tuple[object, ...]) -> AsyncIterator[tuple[object, ...]]:
    """Give some rows, and rest between them: an order must not find a step in each of its turns."""
    for at in range(0, len(rows), _ROWS_AT_ONCE):
        yield rows[at : at + _ROWS_AT_ONCE]
        await asyncio.sleep(_REST_S)


_COMMANDS: Mapping[str, type[Command]] = {kind.__name__: kind for kind in get_args(Command)}


class CommandCodec(Codec[Command]):
    """Write a command beside its name; a name or an argument that nobody knows is refused, never dropped."""

    def __init__(self) -> None:
        super().__init__(lambda: TypeAdapter(Command))
        self._arguments = {
            name: Codec[Command](partial(TypeAdapter, kind)) for name, kind in _COMMANDS.items()
        }

    def prepare(self) -> None:
        """Build the adapter of every command now."""
        for codec in self._arguments.values():
            codec.prepare()

    def to_json(self, value: Command) -> bytes:
        """Return `{"command": NAME, "arguments": {...}}`."""
        name = type(value).__name__
        return b'{"command":"%s","arguments":%s}' % (name.encode(), self._arguments[name].to_json(value))

    def read(self, given: object) -> Command:
        """Return the command; raises NotUnderstood."""
        if not isinstance(given, dict) or given.keys() != {"command", "arguments"}:
            raise NotUnderstood("a command has a name and arguments")
        name, arguments = given["command"], given["arguments"]
        if not isinstance(name, str) or name not in _COMMANDS or not isinstance(arguments, dict):
            raise NotUnderstood(f"there is no command {name!r}")
        unknown = sorted(arguments.keys() - {one.name for one in fields(_COMMANDS[name])})
        if unknown:
            raise NotUnderstood(f"{name} takes no {', '.join(unknown)}")
        return self._arguments[name].read(arguments)

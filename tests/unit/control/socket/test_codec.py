"""What goes over the socket arrives as it was, digit by digit; what was not meant is refused."""

import dataclasses
import types
import typing
from decimal import Decimal
from enum import Enum
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import from_json

from desk.contracts.commands import Command
from desk.contracts.ids import TradeId
from desk.contracts.ports.client import DeskUnreachable
from desk.contracts.problems import DeskError, InputRefused, Problem, RefusedByState, StoreFailed
from desk.contracts.snapshot import Snapshot
from desk.control.codec import NotUnderstood
from desk.control.protocol import FAILURE, Failure
from desk.control.questions import EXECUTE, SNAPSHOT

DECIMALS = st.decimals(allow_nan=False, allow_infinity=False)
TRADES = st.builds(TradeId.at, st.integers(0, 4_000_000_000_000), st.integers(0, 2**32 - 1))
SIMPLE: dict[object, st.SearchStrategy[Any]] = {
    str: st.text(max_size=40),
    bool: st.booleans(),
    Decimal: DECIMALS,
    TradeId: TRADES,
    types.NoneType: st.none(),
}


def values(kind: object) -> st.SearchStrategy[Any]:
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(kind)
    if typing.get_origin(kind) in {types.UnionType, typing.Union}:
        return st.one_of([values(one) for one in get_args(kind)])
    return SIMPLE[kind]


def commands() -> st.SearchStrategy[Command]:
    return st.one_of(
        [
            st.builds(kind, **{name: values(hint) for name, hint in get_type_hints(kind).items()})
            for kind in get_args(Command)
        ]
    )


@given(commands())
def test_every_command_arrives_as_it_was(command: Command) -> None:
    line = EXECUTE.asked.to_json(command)
    assert b"\n" not in line
    assert repr(EXECUTE.asked.read(from_json(line))) == repr(command)


def test_a_picture_of_a_real_desk_arrives_as_it_was(picture: Snapshot) -> None:
    assert picture.positions
    assert picture.orders
    line = SNAPSHOT.answered.to_json(picture)
    assert b"\n" not in line
    arrived = SNAPSHOT.answered.read(from_json(line))
    assert arrived == picture
    assert SNAPSHOT.answered.to_json(arrived) == line


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ("halt", "a name and arguments"),
        ({"command": "Halt"}, "a name and arguments"),
        ({"command": "SellEverything", "arguments": {}}, "there is no command 'SellEverything'"),
        ({"command": ["Halt"], "arguments": {}}, "there is no command"),
        ({"command": "Halt", "arguments": []}, "there is no command 'Halt'"),
        ({"command": "Halt", "arguments": {"raeson": "x"}}, "Halt takes no raeson"),
        ({"command": "Rearm", "arguments": {}}, "word: Field required"),
        ({"command": "Rearm", "arguments": {"word": 1}}, "word: "),
        ({"command": "CloseTrade", "arguments": {"trade_id": "all"}}, "trade_id: "),
        (
            {"command": "SetPriceAlert", "arguments": {"symbol": "BTC/USDT", "price": "NaN"}},
            "price: Input should be a finite number",
        ),
    ],
)
def test_a_command_nobody_meant_is_refused(given: object, fault: str) -> None:
    with pytest.raises(NotUnderstood, match=fault):
        EXECUTE.asked.read(given)


@pytest.mark.parametrize(
    ("error", "arrives_as"),
    [
        (InputRefused(Problem("a.yaml", 3, "key", "is wrong", "mend it")), InputRefused),
        (RefusedByState("halted"), RefusedByState),
        (DeskUnreachable("stopped"), DeskUnreachable),
        (StoreFailed("disk full"), DeskError),
    ],
)
def test_an_error_of_the_desk_is_the_same_error_at_the_client(
    error: DeskError, arrives_as: type[DeskError]
) -> None:
    arrived = FAILURE.read(from_json(FAILURE.to_json(Failure.of(error)))).error()
    assert type(arrived) is arrives_as
    assert str(arrived) == str(error)
    assert getattr(arrived, "problems", None) == getattr(error, "problems", None)


async def test_a_picture_written_in_steps_is_the_same(picture: Snapshot) -> None:
    many = dataclasses.replace(
        picture, orders=picture.orders * 30, positions=picture.positions * 17, alarms=()
    )
    assert await SNAPSHOT.answered.to_json_in_steps(many) == SNAPSHOT.answered.to_json(many)

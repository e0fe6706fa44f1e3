"""The bus carries events in order, keeps scopes apart, and ends every loop."""

from collections.abc import Callable
from functools import partial

import pytest

from desk.bus import BusLimits, EventBus, EventLoopDetected
from desk.bus.failures import cycle_of
from desk.contracts import events
from desk.contracts.causality import CausalityChain
from desk.contracts.execution import DirectiveRefused
from desk.contracts.ids import DirectiveId, ManualId
from tests.builders.bus import BusBench
from tests.builders.market import tick


def note(heard: list[tuple[str, object]], name: str, payload: object) -> None:
    heard.append((name, payload))


def test_subscribers_hear_an_event_in_the_order_of_subscription() -> None:
    bench, heard = BusBench(), list[tuple[str, object]]()
    for name in ("first", "second", "third"):
        bench.bus.subscribe("PRICE", partial(note, heard, name), subscriber=name)
    bench.bus.publish("PRICE", 1)
    assert heard == [("first", 1), ("second", 1), ("third", 1)]


def test_what_a_handler_publishes_is_over_before_the_next_handler_runs() -> None:
    bench, heard = BusBench(), list[str]()
    bench.bus.subscribe("OUTER", lambda _: bench.bus.publish("INNER", 1), subscriber="a")
    bench.bus.subscribe("INNER", lambda _: heard.append("inner"), subscriber="b")
    bench.bus.subscribe("OUTER", lambda _: heard.append("outer"), subscriber="c")
    bench.bus.publish("OUTER", 1)
    assert heard == ["inner", "outer"]


def test_a_strategy_hears_its_own_events_and_not_those_of_another() -> None:
    bench = BusBench()
    trend = bench.hear("SIGNAL", strategy_id="trend")
    other = bench.hear("SIGNAL", strategy_id="other")
    bench.bus.publish("SIGNAL", "for trend", strategy_id="trend")
    assert (trend, other) == (["for trend"], [])


def test_the_platform_hears_every_strategy_unless_its_targets_leave_it_out() -> None:
    bench = BusBench()
    every = bench.hear("SIGNAL")
    some = bench.hear("SIGNAL", targets=frozenset({"other"}))
    bench.bus.publish("SIGNAL", 1, strategy_id="trend")
    bench.bus.publish("SIGNAL", 2, strategy_id="other")
    assert (every, some) == ([1, 2], [2])


def test_a_platform_event_reaches_everybody() -> None:
    bench = BusBench()
    trend, platform = bench.hear("PRICE", strategy_id="trend"), bench.hear("PRICE")
    bench.bus.publish("PRICE", 1)
    assert (trend, platform) == ([1], [1])


def test_a_subscriber_that_comes_late_is_heard_in_a_strategy_too() -> None:
    bench = BusBench()
    bench.hear("SIGNAL", strategy_id="trend")
    bench.bus.publish("SIGNAL", 1, strategy_id="trend")
    late = bench.hear("SIGNAL", strategy_id="trend")
    bench.bus.publish("SIGNAL", 2, strategy_id="trend")
    assert late == [2]


@pytest.mark.parametrize("name", ["*", "SIGNAL_*", "", "A.B"])
def test_there_are_no_wildcards(name: str) -> None:
    with pytest.raises(ValueError, match="no wildcards"):
        BusBench().hear(name)


def test_targets_are_for_platform_subscribers() -> None:
    with pytest.raises(ValueError, match="platform"):
        BusBench().hear("SIGNAL", strategy_id="trend", targets=frozenset({"other"}))


def fail(_: object) -> None:
    raise RuntimeError("broken")


def test_a_failing_handler_is_counted_and_the_others_hear_the_event_all_the_same() -> None:
    bench = BusBench()
    bench.bus.subscribe(events.TICK_RECEIVED, fail, subscriber="broken one")
    after = bench.hear(events.TICK_RECEIVED)
    sent = bench.tick()
    assert after == [sent]
    assert dict(bench.bus.errors) == {"broken one": 1}
    assert bench.bus.handler_errors == 1
    [failure] = bench.failures
    assert (failure.subscriber, failure.event_name) == ("broken one", events.TICK_RECEIVED)
    assert isinstance(failure.error, RuntimeError)
    assert failure.cause == CausalityChain.born(sent.id)
    assert failure.flow_id is None


def test_a_failing_listener_of_failures_leaves_the_bus_usable() -> None:
    bus = EventBus(fail)
    bus.subscribe(events.TICK_RECEIVED, fail, subscriber="broken one")
    with pytest.raises(RuntimeError):
        bus.publish(events.TICK_RECEIVED, tick())
    assert bus.cause() is None


class Killed(BaseException):
    pass


def kill(_: object) -> None:
    raise Killed


def test_a_death_passes_through_and_leaves_no_event_in_hand() -> None:
    bench = BusBench()
    bench.bus.subscribe(events.TICK_RECEIVED, kill, subscriber="death")
    with pytest.raises(Killed):
        bench.tick()
    assert bench.bus.cause() is None
    assert bench.failures == []


def causes(bench: BusBench, name: str) -> list[CausalityChain | None]:
    seen: list[CausalityChain | None] = []
    bench.bus.subscribe(name, lambda _: seen.append(bench.bus.cause()), subscriber="observer")
    return seen


def test_the_cause_of_a_tick_is_its_birth() -> None:
    bench = BusBench()
    seen = causes(bench, events.TICK_RECEIVED)
    sent = bench.tick()
    assert seen == [CausalityChain.born(sent.id)]
    assert bench.bus.cause() is None


def test_an_event_that_names_no_cause_has_that_of_the_event_around_it() -> None:
    bench = BusBench()
    bench.bus.subscribe(events.TICK_RECEIVED, lambda _: bench.bus.publish("INNER", 1), subscriber="a")
    seen = causes(bench, "INNER")
    sent = bench.tick()
    assert seen == [CausalityChain.born(sent.id)]


def test_a_tick_given_as_cause_becomes_a_chain_when_asked_for() -> None:
    bench = BusBench()
    seen = causes(bench, events.BAR_CLOSED)
    bench.bus.publish(events.BAR_CLOSED, "a bar", cause=tick())
    assert seen == [CausalityChain.born(tick().id)]


def test_the_operators_hand_is_a_cause() -> None:
    bench = BusBench()
    chain = CausalityChain.born(ManualId.at(0, 1))
    seen = causes(bench, "COMMAND")
    bench.bus.publish("COMMAND", 1, cause=chain)
    assert seen == [chain]


def loop(bench: BusBench, *names: str) -> None:
    """Let each event cause the next, and the last the first."""

    def passing_on(following: str) -> Callable[[object], bool]:
        return lambda payload: bench.bus.publish(following, payload)

    for name, following in zip(names, (*names[1:], names[0]), strict=True):
        bench.bus.subscribe(name, passing_on(following), subscriber=f"{name} to {following}")


def test_a_loop_of_events_ends_and_names_its_cycle() -> None:
    bench = BusBench()
    loop(bench, "A_ONE", "A_TWO", "A_THREE")
    bench.bus.publish("A_ONE", 1)
    [failure] = bench.failures
    assert isinstance(failure.error, EventLoopDetected)
    assert len(failure.error.cycle) == 4
    assert set(failure.error.cycle) == {"A_ONE", "A_TWO", "A_THREE"}
    assert failure.error.cycle[0] == failure.error.cycle[-1]
    assert failure.subscriber in dict(bench.bus.errors)
    assert bench.bus.loops_cut == 1


def test_a_loop_that_doubles_at_every_turn_ends_too() -> None:
    bench = BusBench(BusLimits(max_depth=32, max_chain_events=500))
    for _ in range(2):
        loop(bench, "A_ONE", "A_TWO")
    bench.bus.subscribe("START", lambda _: bench.bus.publish("A_ONE", 1), subscriber="starter")
    bench.bus.publish("START", 1)
    assert bench.bus.loops_cut == 1
    assert bench.bus.published <= 502


def test_a_loop_is_reported_within_its_flow() -> None:
    bench = BusBench()
    loop(bench, "A_ONE", "A_TWO")
    flow = DirectiveId.at(0, 1)
    chain = CausalityChain.born(tick().id).in_flow(flow)
    bench.bus.publish("A_ONE", 1, cause=chain)
    assert [failure.flow_id for failure in bench.failures] == [flow]


def test_one_subscribers_loop_costs_the_next_subscriber_nothing() -> None:
    bench = BusBench()
    bench.bus.subscribe("START", lambda _: bench.bus.publish("A_ONE", 1), subscriber="looping one")
    loop(bench, "A_ONE", "A_TWO")
    bench.bus.subscribe("START", lambda _: bench.bus.publish("SOUND", 1), subscriber="sound one")
    sound = bench.hear("SOUND")
    bench.bus.publish("START", 1)
    assert sound == [1]


def test_what_ends_a_flow_still_passes_where_a_loop_was_cut() -> None:
    bench = BusBench(BusLimits(max_depth=4))
    refused = bench.hear(events.DIRECTIVE_REFUSED)
    answers: list[bool] = []
    refusal = DirectiveRefused(directive_id=DirectiveId.at(0, 1), refused_by="a", reason="b", refused_at_ms=0)

    def turn(payload: object) -> None:
        answers.append(bench.bus.publish("A_ONE", payload))
        if not answers[-1]:
            bench.bus.publish(events.DIRECTIVE_REFUSED, refusal)

    bench.bus.subscribe("A_ONE", turn, subscriber="a")
    bench.bus.publish("A_ONE", 1)
    assert answers == [False, True, True, True]
    assert refused == [refusal]


def test_a_loop_of_last_words_ends_as_well() -> None:
    bench = BusBench()
    loop(bench, events.ALARM_RAISED, events.WORKER_STOPPED)
    bench.bus.publish(events.ALARM_RAISED, 1)
    assert bench.bus.loops_cut == 1


def test_the_bus_lets_go_of_what_it_carried() -> None:
    bench = BusBench()
    bench.hear("PRICE")
    bench.bus.publish("PRICE", 1)
    frames = bench.bus._frames  # noqa: SLF001 - what is kept in memory shows nowhere else
    assert all(frame.payload is None and frame.subscription is None for frame in frames)


def test_a_path_without_a_cycle_is_named_whole() -> None:
    assert cycle_of(("A", "B", "C")) == ("A", "B", "C")
    assert cycle_of(("A", "B", "C", "B")) == ("B", "C", "B")


def test_a_listener_that_fails_on_a_directive_does_not_end_its_flow() -> None:
    bench = BusBench()
    bench.bus.subscribe(events.STRATEGY_DIRECTIVE_ISSUED, fail, subscriber="listener")
    bench.bus.subscribe(events.EXECUTION_DIRECTIVE_READY, fail, subscriber="executor")
    flow = DirectiveId.at(0, 1)
    chain = CausalityChain.born(tick().id).in_flow(flow)
    bench.bus.publish(events.STRATEGY_DIRECTIVE_ISSUED, 1, cause=chain)
    bench.bus.publish(events.EXECUTION_DIRECTIVE_READY, 1, cause=chain)
    assert [failure.flow_id for failure in bench.failures] == [None, flow]

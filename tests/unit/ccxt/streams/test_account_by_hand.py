"""An account's streams when the venue misbehaves for hours: virtual time, so that a day is nothing."""

from dataclasses import replace
from decimal import Decimal

from connectors.ccxt.streams.settings import StreamSettings
from desk.contracts.orders import OrderStatus, VenueFill
from tests.builders.ccxt_streams import URL, HandStreams, fill, order, stream_by_hand
from tests.builders.market import START_MS

HOUR_MS = 3_600_000
SETTINGS = StreamSettings()


def test_a_day_without_connection_ends_with_every_fill_told_once() -> None:
    async def script(room: HandStreams) -> None:
        room.exchange.say(fill("t1"))
        await room.pass_ms()
        room.exchange.is_reachable, room.account.is_down = False, True
        room.exchange.drop_stream(URL, "cut")
        lost_ms, reads = room.clock.now_ms(), len(room.account.since_ms)
        await room.pass_ms(24 * HOUR_MS)
        assert room.up == [False, False]
        room.account.fills = [fill("t1", time_ms=lost_ms - 900), fill("t2", "o2", time_ms=lost_ms + 1)]
        room.exchange.is_reachable, room.account.is_down = True, False
        await room.pass_ms(2 * SETTINGS.longest_pause_ms)
        assert room.up == [True, True]
        assert room.account.since_ms[reads] <= lost_ms

    room = stream_by_hand(script, StreamSettings(look_every_ms=5_000))
    assert [one.venue_trade_id for one in room.told if isinstance(one, VenueFill)] == ["t1", "t2"]
    assert [one.gaps for one in room.streams.conditions()] == [1, 1]
    assert not room.failures


def test_dials_become_rarer_but_never_rarer_than_the_longest_pause() -> None:
    dials: list[int] = []

    async def script(room: HandStreams) -> None:
        room.exchange.is_reachable = False
        room.exchange.drop_stream(URL, "cut")
        for _ in range(2):
            before = room.exchange.dials
            await room.pass_ms(10 * 60_000)
            dials.append(room.exchange.dials - before)

    stream_by_hand(script)
    shortest_ms = SETTINGS.longest_pause_ms / 2
    assert 2 * 600_000 / SETTINGS.longest_pause_ms <= dials[1] <= 2 * 600_000 / shortest_ms
    assert dials[0] > dials[1]


def test_two_desks_do_not_dial_in_step() -> None:
    def dials(seed: int) -> list[int]:
        moments: list[int] = []

        async def script(room: HandStreams) -> None:
            room.exchange.is_reachable = False
            room.exchange.drop_stream(URL, "cut")
            for _ in range(200):
                before = room.exchange.dials
                await room.pass_ms(100)
                if room.exchange.dials > before:
                    moments.append(room.clock.now_ms())

        stream_by_hand(script, seed=seed)
        return moments

    assert dials(1) == dials(1)
    assert dials(1) != dials(2)


def test_a_quiet_account_is_read_but_never_called_stale() -> None:
    async def script(room: HandStreams) -> None:
        await room.pass_ms(HOUR_MS)
        assert room.up == [True, True]
        assert not any(one.is_stale for one in room.streams.conditions())

    room = stream_by_hand(script)
    expected = HOUR_MS / SETTINGS.account_check_ms
    assert expected * 0.9 < len(room.account.since_ms) < expected * 1.1 + 5
    assert [one.gaps for one in room.streams.conditions()] == [0, 0]


def test_a_fill_that_only_a_read_knows_makes_the_stream_stale_and_new() -> None:
    async def script(room: HandStreams) -> None:
        await room.pass_ms(10_000)
        room.account.fills = [fill(time_ms=room.clock.now_ms())]
        await room.pass_ms(SETTINGS.account_check_ms)
        assert room.told == room.account.fills
        await room.pass_ms(SETTINGS.grace_ms)

    room = stream_by_hand(script)
    assert [one.gaps for one in room.streams.conditions()] == [1, 1]
    assert room.told == room.account.fills


def test_what_was_told_while_no_read_succeeded_is_neither_told_again_nor_held_against_the_stream() -> None:
    async def script(room: HandStreams) -> None:
        await room.pass_ms(10_000)
        room.account.is_down = True
        for number in range(3_000):
            one = fill(f"t{number}", f"o{number}", time_ms=room.clock.now_ms())
            room.account.fills.append(one)
            room.exchange.say(one)
            await room.pass_ms(1_000)
        room.account.is_down = False
        await room.pass_ms(2 * SETTINGS.account_check_ms)

    room = stream_by_hand(script)
    assert room.told == room.account.fills
    assert [one.gaps for one in room.streams.conditions()] == [0, 0]


def test_a_read_that_is_ahead_of_the_stream_is_no_reproach() -> None:
    async def script(room: HandStreams) -> None:
        await room.pass_ms(10_000)
        one = fill(time_ms=room.clock.now_ms())
        room.account.fills = [one]
        while one not in room.told:
            await room.pass_ms(100)
        await room.pass_ms(SETTINGS.grace_ms // 2)
        room.exchange.say(one)
        await room.pass_ms(SETTINGS.account_check_ms // 2)

    room = stream_by_hand(script)
    assert len(room.told) == 1
    assert [one.gaps for one in room.streams.conditions()] == [0, 0]


def test_an_order_that_vanished_unseen_is_looked_up() -> None:
    gone = order(OrderStatus.CANCELED, at_ms=START_MS + 5)

    async def script(room: HandStreams) -> None:
        room.account.open_orders = [order()]
        room.exchange.say(order())
        await room.pass_ms()
        room.account.open_orders, room.account.known["co1"] = [], gone
        await room.pass_ms(2 * SETTINGS.account_check_ms)

    room = stream_by_hand(script)
    assert room.told == [order(), gone]
    assert room.account.looked_up == ["co1"]


def test_an_order_whose_fills_do_not_come_is_read_once_for_each_state() -> None:
    partly = order(OrderStatus.PARTIALLY_FILLED, "1")

    async def script(room: HandStreams) -> None:
        await room.pass_ms(10_000)
        before = len(room.account.since_ms)
        room.account.open_orders = [partly]
        room.exchange.say(partly)
        await room.pass_ms(SETTINGS.grace_ms + 1_000)
        assert len(room.account.since_ms) == before + 1
        await room.pass_ms(5_000)
        assert len(room.account.since_ms) == before + 1

    stream_by_hand(script, StreamSettings(account_check_ms=HOUR_MS))


def test_what_the_desk_fails_on_is_told_again_and_raises_an_alarm() -> None:
    async def script(room: HandStreams) -> None:
        room.listener.refusals = 2
        room.account.fills = [fill()]
        room.exchange.say(fill())
        await room.pass_ms(10 * SETTINGS.grace_ms)

    room = stream_by_hand(script)
    assert room.told == [fill()]
    assert len(room.failures) == 2
    assert "no space left" in room.failures[0]


def test_a_row_that_cannot_be_read_is_asked_for_once() -> None:
    async def script(room: HandStreams) -> None:
        await room.pass_ms(10_000)
        before = len(room.account.since_ms)
        for _ in range(5):
            room.exchange.say("nonsense")
            await room.pass_ms(2 * SETTINGS.grace_ms)
        assert len(room.account.since_ms) == before + 1
        room.exchange.say(fill())
        await room.pass_ms()

    room = stream_by_hand(script, StreamSettings(account_check_ms=HOUR_MS))
    assert room.told == [fill()]


def test_being_cancelled_by_ccxt_is_an_interruption_and_not_the_end() -> None:
    async def script(room: HandStreams) -> None:
        room.exchange.cancel_waiting()
        await room.pass_ms()
        room.exchange.say(fill())
        await room.pass_ms()

    room = stream_by_hand(script)
    assert room.told == [fill()]
    assert not room.failures


def test_a_login_without_answer_is_cut_off() -> None:
    async def script(room: HandStreams) -> None:
        room.exchange.logins_unanswered = (URL,)
        await room.pass_ms(SETTINGS.answer_ms - 2_000)
        assert room.exchange.dials == 1
        await room.pass_ms(4_000)
        assert room.exchange.dials == 2
        room.exchange.logins_unanswered = ()
        await room.pass_ms(2 * SETTINGS.answer_ms)
        assert room.exchange.dials == 2

    stream_by_hand(script)


def test_a_read_that_fails_is_tried_until_it_succeeds() -> None:
    async def script(room: HandStreams) -> None:
        room.account.is_down = True
        room.exchange.drop_stream(URL, "cut")
        await room.pass_ms(60_000)
        room.account.fills = [fill(time_ms=START_MS + 100)]
        room.account.is_down = False
        await room.pass_ms(SETTINGS.longest_pause_ms + 1_000)

    room = stream_by_hand(script, StreamSettings(account_check_ms=HOUR_MS))
    assert room.told == room.account.fills


def test_a_venue_without_a_stream_of_fills_is_read_when_an_order_fills() -> None:
    filled = order(OrderStatus.FILLED, "2")

    async def script(room: HandStreams) -> None:
        await room.pass_ms(10_000)
        room.account.fills = [fill(size="2", time_ms=START_MS + 10_000)]
        room.exchange.say(filled)
        await room.pass_ms(SETTINGS.grace_ms + 1_000)
        assert room.told == [filled, room.account.fills[0]]

    stream_by_hand(script, StreamSettings(account_check_ms=HOUR_MS))


def test_conditional_orders_have_a_stream_of_their_own_where_the_venue_keeps_them_apart() -> None:
    async def script(room: HandStreams) -> None:
        await room.pass_ms()

    assert stream_by_hand(script).exchange.order_streams == [{}]
    assert stream_by_hand(script, exchange_id="okx").exchange.order_streams == [{}, {"trigger": True}]


def test_an_address_that_changes_with_every_connection_is_followed() -> None:
    async def script(room: HandStreams) -> None:
        room.exchange.url = "wss://venue/private?listenKey=2"
        room.exchange.drop_stream(URL, "cut")
        await room.pass_ms(2 * SETTINGS.settle_ms)
        assert room.up == [True, True]

    room = stream_by_hand(script)
    assert [one.gaps for one in room.streams.conditions()] == [1, 1]


def test_a_connection_that_stood_long_is_dialled_again_at_once() -> None:
    async def script(room: HandStreams) -> None:
        for _ in range(10):
            await room.pass_ms(2 * SETTINGS.steady_ms)
            room.exchange.say(fill())
            room.exchange.drop_stream(URL, "cut")
            await room.pass_ms(2 * SETTINGS.first_pause_ms)
            assert room.up == [True, True]

    stream_by_hand(script)


def test_a_connection_that_never_stands_long_is_not_dialled_in_a_storm() -> None:
    async def script(room: HandStreams) -> None:
        before = room.exchange.dials
        for _ in range(600):
            await room.pass_ms(100)
            room.exchange.drop_stream(URL, "cut")
        assert room.exchange.dials - before < 40

    stream_by_hand(script)


def test_a_conditional_order_that_only_reads_know_is_no_reproach() -> None:
    async def script(room: HandStreams) -> None:
        await room.pass_ms(10_000)
        stop = replace(order(at_ms=room.clock.now_ms()), stop_price=Decimal(90))
        room.account.open_orders = [stop]
        await room.pass_ms(2 * SETTINGS.account_check_ms)
        assert room.told == [stop]

    room = stream_by_hand(script)
    assert [one.gaps for one in room.streams.conditions()] == [0, 0]


def test_many_vanished_orders_are_looked_up_bit_by_bit() -> None:
    gone = [order(OrderStatus.CANCELED, at_ms=START_MS + 5, name=f"o{at}") for at in range(120)]

    async def script(room: HandStreams) -> None:
        room.account.open_orders = [order(name=one.venue_order_id) for one in gone]
        await room.pass_ms(SETTINGS.account_check_ms * 3 // 2)
        room.account.open_orders = []
        await room.pass_ms(SETTINGS.account_check_ms)
        assert len(room.account.looked_up) == 50
        room.account.known = {one.client_order_id: one for one in gone}
        await room.pass_ms(4 * SETTINGS.account_check_ms)
        assert len(room.account.looked_up) == 120 + 50

    assert set(stream_by_hand(script).told) >= set(gone)

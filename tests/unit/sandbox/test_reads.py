"""What an owner reads of his account."""

from connectors.sandbox.settings import KeySettings
from tests.builders.sandbox import PERP, sandbox, trader


async def test_open_orders_come_in_pages_the_newest_first() -> None:
    async with sandbox() as venue, trader(venue) as client:
        for place in range(5):
            await client.place("0.001", price="49000", orderLinkId=f"a{place}")
        seen: list[str] = []
        cursor = ""
        while True:
            query = {"category": "linear", "symbol": "BTCUSDT", "limit": 2, "cursor": cursor}
            page = (await client.ask("/v5/order/realtime", **query))["result"]
            seen += [one["orderLinkId"] for one in page["list"]]
            cursor = page["nextPageCursor"]
            if not cursor:
                break
        assert seen == ["a4", "a3", "a2", "a1", "a0"]


async def test_one_order_is_found_by_its_client_id_also_after_its_end() -> None:
    async with sandbox() as venue, trader(venue) as client:
        await client.place("0.1", orderLinkId="a1")
        query = {"category": "linear", "symbol": "BTCUSDT", "orderLinkId": "a1"}
        assert len(await client.list("/v5/order/realtime", **query)) == 1
        assert len(await client.list("/v5/order/history", **query)) == 1
        assert await client.list("/v5/order/realtime", category="linear", symbol="BTCUSDT") == []
        assert await client.list("/v5/order/history", **{**query, "orderLinkId": "never"}) == []


async def test_executions_are_found_by_time_order_and_symbol() -> None:
    async with sandbox() as venue, trader(venue) as client:
        await client.place("0.1", orderLinkId="a1")
        await client.place("1", symbol="ETHUSDT", orderLinkId="a2")
        path, linear = "/v5/execution/list", {"category": "linear"}
        now_ms = venue.venue.now_ms()
        assert len(await client.list(path, **linear)) == 2
        assert len(await client.list(path, **linear, symbol="ETHUSDT")) == 1
        assert len(await client.list(path, **linear, orderLinkId="a1")) == 1
        assert await client.list(path, **linear, startTime=now_ms + 60_000) == []
        assert len(await client.list(path, **linear, startTime=now_ms - 60_000)) == 2
        wide = {"startTime": now_ms - 8 * 86_400_000, "endTime": now_ms}
        assert (await client.ask(path, **linear, **wide))["retCode"] == 10001


async def test_a_flat_symbol_has_a_row_of_size_zero_and_lists_leave_it_out() -> None:
    async with sandbox() as venue, trader(venue) as client:
        (row,) = await client.list("/v5/position/list", category="linear", symbol="BTCUSDT")
        assert (row["size"], row["side"]) == ("0", "")
        assert await client.list("/v5/position/list", category="linear", settleCoin="USDT") == []
        await client.place("0.1", side="Sell")
        (row,) = await client.list("/v5/position/list", category="linear", settleCoin="USDT")
        assert (row["size"], row["side"], row["avgPrice"]) == ("0.1", "Sell", "49999.9")


async def test_the_wallet_counts_margin_and_open_profit() -> None:
    async with sandbox() as venue, trader(venue) as client:
        await client.place("1")
        venue.price("51000.1")
        (wallet,) = await client.list("/v5/account/wallet-balance", accountType="UNIFIED")
        (coin,) = wallet["coin"]
        assert coin["walletBalance"] == "99972.499945"
        assert coin["unrealisedPnl"] == "1000"
        assert coin["equity"] == "100972.499945"
        assert coin["totalPositionIM"] == "1000.002"


async def test_leverage_changes_the_margin_and_is_bounded() -> None:
    async with sandbox() as venue, trader(venue) as client:
        usual = {"category": "linear", "symbol": "BTCUSDT"}
        path = "/v5/position/set-leverage"
        assert (await client.tell(path, **usual, buyLeverage="5", sellLeverage="5"))["retCode"] == 0
        assert (await client.tell(path, **usual, buyLeverage="5", sellLeverage="5"))["retCode"] == 110043
        assert (await client.tell(path, **usual, buyLeverage="51", sellLeverage="51"))["retCode"] == 110013
        assert (await client.place("11"))["retCode"] == 110007
        assert (await client.place("9"))["retCode"] == 0
        (row,) = await client.list("/v5/position/list", **usual)
        assert row["leverage"] == "5"
        assert (await client.tell(path, **usual, buyLeverage="1", sellLeverage="1"))["retCode"] == 110007


async def test_funding_is_paid_and_told_as_an_execution_of_its_own_kind() -> None:
    async with sandbox() as venue, trader(venue) as client:
        await client.place("1")
        before = venue.account.exchange.equity("USDT")
        venue.fault("funding", rate="0.001")
        assert before - venue.account.exchange.equity("USDT") == 50
        (row,) = await client.list("/v5/execution/list", category="linear", execType="Funding")
        assert (row["execFee"], row["execType"]) == ("50", "Funding")
        assert len(await client.list("/v5/execution/list", category="linear", execType="Trade")) == 1


async def test_a_position_that_the_equity_no_longer_carries_is_taken_over() -> None:
    async with sandbox(balances={"USDT": "2000"}) as venue, trader(venue) as client:
        await client.place("1", stopLoss="40000")
        (row,) = await client.list("/v5/position/list", category="linear", symbol="BTCUSDT")
        limit = float(row["liqPrice"])
        venue.price(str(round(limit + 10, 1)))
        assert venue.position() is not None
        venue.price(str(round(limit - 10, 1)))
        assert venue.position() is None
        assert venue.account.open_cards() == []
        fill = (await client.list("/v5/execution/list", category="linear"))[0]
        assert (fill["execType"], fill["createType"]) == ("BustTrade", "CreateByLiq")


async def test_accounts_do_not_know_each_other() -> None:
    keys = [KeySettings(key=one, secret=one, may_withdraw=one == "k2") for one in ("k1", "k2")]
    async with (
        sandbox(keys=keys) as venue,
        trader(venue, "k1", "k1") as first,
        trader(venue, "k2", "k2") as second,
    ):
        await first.place("0.1", orderLinkId="a1")
        assert (await second.place("0.1", side="Sell", orderLinkId="a1"))["retCode"] == 0
        assert {one.side for account in venue.venue.accounts.values() for one in account.positions()} == {
            "LONG",
            "SHORT",
        }
        wallets = [(await one.ask("/v5/user/query-api"))["result"] for one in (first, second)]
        assert ["Withdraw" in one["permissions"]["Wallet"] for one in wallets] == [False, True]
        assert PERP in {one.symbol for one in venue.venue.listings}


async def test_a_key_that_may_only_read_places_nothing() -> None:
    keys = [KeySettings(key="k1", secret="k1", may_trade=False)]
    async with sandbox(keys=keys) as venue, trader(venue, "k1", "k1") as client:
        assert (await client.place("0.1"))["retCode"] == 10005
        assert (await client.ask("/v5/user/query-api"))["result"]["readOnly"] == 1

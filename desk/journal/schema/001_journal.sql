-- The journal: one row per fact, chained by hash. Everything below it is a projection of these rows.
CREATE TABLE entry (
    sequence INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    time_ms INTEGER NOT NULL,
    flow_id TEXT,
    causes TEXT NOT NULL,
    trade_id TEXT,
    worker TEXT,
    symbol TEXT,
    data TEXT NOT NULL,
    hash BLOB NOT NULL
) STRICT;

CREATE INDEX entry_subject ON entry (subject_id);
CREATE INDEX entry_flow ON entry (flow_id) WHERE flow_id IS NOT NULL;

-- What each entry named as its cause, from the cause's side.
CREATE TABLE cause (
    parent_id TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    PRIMARY KEY (parent_id, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE order_fact (
    client_order_id TEXT NOT NULL,
    status TEXT NOT NULL,
    is_live INTEGER NOT NULL,
    request TEXT NOT NULL,
    trade_id TEXT NOT NULL,
    directive_id TEXT NOT NULL,
    strategy_id TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    intended_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL,
    reserved_currency TEXT NOT NULL,
    reserved TEXT NOT NULL,
    size_base TEXT NOT NULL,
    limit_price TEXT,
    stop_price TEXT,
    told_status TEXT NOT NULL,
    told_at_ms INTEGER NOT NULL,
    told_reason TEXT NOT NULL,
    version_at_ms INTEGER NOT NULL,
    version_filled_base TEXT NOT NULL,
    version_status TEXT NOT NULL,
    filled_base TEXT NOT NULL,
    value_filled_quote TEXT NOT NULL,
    venue_order_id TEXT,
    PRIMARY KEY (client_order_id)
) STRICT;

CREATE TABLE trade (
    trade_id TEXT NOT NULL,
    strategy_id TEXT NOT NULL,
    worker TEXT NOT NULL,
    directive_id TEXT,
    symbol TEXT NOT NULL,
    kind TEXT NOT NULL,
    side TEXT NOT NULL,
    protection TEXT NOT NULL,
    intended_at_ms INTEGER NOT NULL,
    opened_at_ms INTEGER,
    closed_at_ms INTEGER,
    size_base TEXT NOT NULL,
    max_size_base TEXT NOT NULL,
    entry_price TEXT NOT NULL,
    exit_price TEXT,
    realized_quote TEXT NOT NULL,
    fees_quote TEXT NOT NULL,
    planned_stop_price TEXT,
    planned_take_profit_price TEXT,
    stop_price TEXT,
    stop_size_base TEXT NOT NULL,
    initial_stop_price TEXT,
    take_profit_price TEXT,
    exit_directed_by TEXT,
    attempts TEXT NOT NULL,
    first_stop_ordinal INTEGER,
    is_active INTEGER NOT NULL,
    PRIMARY KEY (trade_id)
) STRICT;

CREATE TABLE fill (
    symbol TEXT NOT NULL,
    venue_trade_id TEXT NOT NULL,
    fill_id TEXT NOT NULL,
    venue_order_id TEXT NOT NULL,
    venue_client_order_id TEXT,
    side TEXT NOT NULL,
    size_base TEXT NOT NULL,
    price TEXT NOT NULL,
    fee TEXT NOT NULL,
    fee_currency TEXT NOT NULL,
    time_ms INTEGER NOT NULL,
    is_maker INTEGER NOT NULL,
    kind TEXT NOT NULL,
    quote_currency TEXT NOT NULL,
    base_currency TEXT NOT NULL,
    trade_id TEXT,
    client_order_id TEXT,
    directive_id TEXT,
    PRIMARY KEY (symbol, venue_trade_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE net_position (
    symbol TEXT NOT NULL,
    size_base TEXT NOT NULL,
    cost_quote TEXT NOT NULL,
    base_size_base TEXT NOT NULL,
    base_cost_quote TEXT NOT NULL,
    base_time_ms INTEGER NOT NULL,
    base_trade_id TEXT NOT NULL,
    PRIMARY KEY (symbol)
) STRICT, WITHOUT ROWID;

CREATE TABLE account (
    account TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount TEXT NOT NULL,
    PRIMARY KEY (account, currency)
) STRICT, WITHOUT ROWID;

CREATE TABLE result (
    currency TEXT NOT NULL,
    realized_quote TEXT NOT NULL,
    fees_quote TEXT NOT NULL,
    PRIMARY KEY (currency)
) STRICT, WITHOUT ROWID;

CREATE TABLE open_flow (
    flow_id TEXT NOT NULL,
    began_at_ms INTEGER NOT NULL,
    PRIMARY KEY (flow_id)
) STRICT;

CREATE TABLE flow_end (
    flow_id TEXT NOT NULL,
    outcome TEXT NOT NULL,
    final_state TEXT NOT NULL,
    reason TEXT NOT NULL,
    ended_at_ms INTEGER NOT NULL,
    PRIMARY KEY (flow_id)
) STRICT;

CREATE TABLE period (
    claim_key TEXT NOT NULL,
    worker TEXT NOT NULL,
    symbol TEXT NOT NULL,
    schedule_name TEXT NOT NULL,
    period_start_ms INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT NOT NULL,
    directive_id TEXT,
    PRIMARY KEY (claim_key)
) STRICT;

CREATE TABLE worker_memory (
    strategy_id TEXT NOT NULL,
    worker TEXT NOT NULL,
    "key" TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (strategy_id, worker, "key")
) STRICT, WITHOUT ROWID;

CREATE TABLE worker_status (
    strategy_id TEXT NOT NULL,
    worker TEXT NOT NULL,
    status TEXT NOT NULL,
    reason TEXT NOT NULL,
    since_ms INTEGER NOT NULL,
    PRIMARY KEY (strategy_id, worker)
) STRICT, WITHOUT ROWID;

CREATE TABLE desk_state (
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    "by" TEXT NOT NULL,
    since_ms INTEGER NOT NULL,
    PRIMARY KEY (name)
) STRICT, WITHOUT ROWID;

CREATE TABLE run (
    run_id TEXT NOT NULL,
    desk_id TEXT NOT NULL,
    config_hash TEXT NOT NULL,
    connector TEXT NOT NULL,
    mode TEXT NOT NULL,
    seed INTEGER,
    started_at_ms INTEGER NOT NULL,
    PRIMARY KEY (run_id)
) STRICT;

CREATE INDEX order_live ON order_fact (is_live) WHERE is_live = 1;
CREATE INDEX order_trade ON order_fact (trade_id);
CREATE INDEX trade_active ON trade (is_active) WHERE is_active = 1;
CREATE INDEX fill_trade ON fill (trade_id) WHERE trade_id IS NOT NULL;
CREATE INDEX fill_time ON fill (symbol, time_ms);

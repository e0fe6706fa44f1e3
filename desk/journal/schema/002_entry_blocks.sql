-- Blocks on new risk that stand, by who set them and on what; `about` is a symbol, empty for all.
CREATE TABLE entry_block (
    strategy_id TEXT NOT NULL,
    worker TEXT NOT NULL,
    about TEXT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (strategy_id, worker, about)
) STRICT;

"""Why it is: every fact with its causes, chained by hash in one SQLite file, and the ledger beside it."""

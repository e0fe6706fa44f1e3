"""What is: positions, orders, fills, balances, claims and latches, folded from journal entries. Pure."""

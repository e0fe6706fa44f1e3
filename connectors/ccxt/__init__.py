"""Any exchange that ccxt knows, behind the port."""

"""The ports: where the core meets time, chance, storage, market data, the venue and its operator."""

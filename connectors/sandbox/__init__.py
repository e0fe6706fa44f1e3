"""A local exchange server for rehearsal, in the dialect of Bybit v5, over real HTTP and WebSocket."""

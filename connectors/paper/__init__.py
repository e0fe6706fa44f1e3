"""The embedded exchange: the pure venue behind the port, with latency and an account file of its own."""

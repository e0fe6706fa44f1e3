"""Routing planners: how to send."""

"""Connectors: each speaks to one kind of venue behind the port desk.contracts.ports.connector."""

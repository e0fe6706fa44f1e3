"""The pure part of a venue: filters, matching, funds and the life of an order. No I/O, no clock, no tasks."""

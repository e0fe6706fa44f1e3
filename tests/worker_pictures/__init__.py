"""Pictures of the workers at work on recorded prices, for their pages: `make pictures`."""

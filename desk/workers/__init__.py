"""The workers: plugins that decide. They see a read-only view, and answer with events."""

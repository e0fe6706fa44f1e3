"""Everything an operator can do on the screen, in one registry: footer, help, palette and keys read it."""

"""The page to draw on, and the HTTP API behind it."""

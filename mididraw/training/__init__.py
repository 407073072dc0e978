"""Data sets → what the product ships: counted progressions, later tokens and checkpoints."""

"""Collections → what the product ships: counted progressions, bars of songs, and weights."""

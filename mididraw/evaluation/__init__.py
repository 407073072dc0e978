"""Every engine over many drawings, measured against them and against real songs."""

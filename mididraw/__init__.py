"""midiDraw: music whose piano roll looks like a drawing."""

__version__ = "0.1.0"

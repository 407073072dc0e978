"""Other people's collections, read: songs as scores, tokens and notes, and drawings as strokes."""

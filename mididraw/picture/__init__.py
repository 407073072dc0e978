"""Anything that holds a picture → ink: what was drawn, upright and cropped."""

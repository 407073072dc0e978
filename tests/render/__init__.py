"""Tests of what a score is turned into."""

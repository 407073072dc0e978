"""Hypothesis strategies for the values that flow through the library."""

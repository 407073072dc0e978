"""Tokens ↔ score, the transformer that writes them, and its decoder. Imports torch."""

"""A score made visible and audible: one module a kind of file."""

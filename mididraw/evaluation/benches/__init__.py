"""``mididraw bench``: seconds, memory and tokens per second, by what is measured."""

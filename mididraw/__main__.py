"""``python -m mididraw``."""

from mididraw.cli import main

if __name__ == "__main__":
    main()

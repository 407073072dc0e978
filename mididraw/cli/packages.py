"""What is said where a command needs packages that are not installed."""

from collections.abc import Iterator
from contextlib import contextmanager

from mididraw.errors import OptionError


@contextmanager
def needs(extra: str) -> Iterator[None]:
    """Say how to get what an extra of the package brings.

    Raises:
        OptionError: a package is missing.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise OptionError(
            "package-missing",
            "This needs {package}: install it with pip install 'mididraw[{extra}]'.",
            package=error.name,
            extra=extra,
        ) from error

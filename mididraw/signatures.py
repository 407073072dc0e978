"""Functions whose parameters are generated from the fields of :class:`DrawOptions`.

A front-end's command declares a parameter with :func:`options` as its default. The parser of the
command line or of Discord's commands sees one parameter for each option in its place, and the
function gets their values as one dictionary.
"""

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import update_wrapper
from inspect import Parameter, Signature
from typing import Any


@dataclass(frozen=True, slots=True)
class OptionGroup:
    """Names of options that stand for one parameter of a function."""

    names: tuple[str, ...]


def options(*names: str) -> Any:
    """The default of a parameter that stands for options; its type is a dictionary of values."""
    return OptionGroup(names)


@dataclass(frozen=True, slots=True)
class ExpandedSignature:
    """A function's signature with its groups of options written out.

    Attributes:
        signature: what a parser sees.
        options: all options of all groups, in order.
        groups: by a group's parameter, the names of the parameters that it became.
    """

    signature: Signature
    options: tuple[str, ...]
    groups: dict[str, tuple[str, ...]]

    @classmethod
    def of(
        cls, function: Callable[..., Any], parameters: Callable[[str], Iterable[Parameter]]
    ) -> "ExpandedSignature":
        """Expand a function's groups; ``parameters`` gives those that an option becomes."""
        signature = inspect.signature(function)
        expanded: list[Parameter] = []
        names: list[str] = []
        groups: dict[str, tuple[str, ...]] = {}
        for one in signature.parameters.values():
            if isinstance(one.default, OptionGroup):
                made = [each for name in one.default.names for each in parameters(name)]
                groups[one.name] = tuple(each.name for each in made)
                names += one.default.names
                expanded += made
            else:
                expanded.append(one)
        return cls(signature.replace(parameters=expanded), tuple(names), groups)

    def collect(self, values: dict[str, Any]) -> dict[str, Any]:
        """Turn the values of a call into those that the function takes."""
        collected = {
            group: {name: values[name] for name in names if name in values}
            for group, names in self.groups.items()
        }
        written_out = {name for names in self.groups.values() for name in names}
        others = {name: value for name, value in values.items() if name not in written_out}
        return others | collected

    def shown_by(self, wrapper: Callable[..., Any], like: Callable[..., Any]) -> Any:
        """Let a wrapper, which passes on what is collected, be ``like`` the function it calls."""
        shown = update_wrapper(wrapper, like)
        shown.__dict__["__signature__"] = self.signature
        shown.__annotations__ = {
            one.name: one.annotation for one in self.signature.parameters.values()
        }
        return shown

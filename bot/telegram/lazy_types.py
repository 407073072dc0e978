"""aiogram in a third of its memory.

aiogram compiles a validator for each of Telegram's 600 types when it is imported, and each holds a
copy of all types that it mentions: 130 MB and three seconds, most of it for what no bot ever uses.
Here the types are declared at import and compiled when one is first used.
"""

import sys
from typing import Any

from pydantic import BaseModel


def import_aiogram() -> None:
    """Import aiogram; does nothing where somebody has imported it already."""
    if "aiogram" in sys.modules:
        return
    every: Any = BaseModel
    rebuild = every.__dict__["model_rebuild"]
    every.model_config["defer_build"] = True
    every.model_rebuild = classmethod(lambda *_, **__: None)
    try:
        import aiogram.methods  # noqa: F401 -- declares all types
    finally:
        every.model_rebuild = rebuild
        del every.model_config["defer_build"]
    from aiogram import types
    from aiogram.client.default import Default
    from aiogram.methods.base import Response, TelegramMethod
    from aiogram.types.base import TelegramObject

    names = {**vars(types), "Default": Default}

    def compiled(cls: Any, /, **more: Any) -> Any:
        """Types mention each other by names that only aiogram's own loop makes known."""
        more.pop("_parent_namespace_depth", None)
        known = {**(more.pop("_types_namespace", None) or {}), **names}
        return rebuild.__func__(cls, _types_namespace=known, **more)

    bases: tuple[Any, ...] = (TelegramObject, TelegramMethod, Response)
    for base in bases:
        base.model_rebuild = classmethod(compiled)

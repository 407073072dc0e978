"""What all messages have in common."""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from mididraw.errors import MididrawError

VERSION: Final = 2
"""Raised whenever an older message cannot be read any more; a process reads this version alone."""

# Rust's regular expressions: $ is the end of the text and not of a line.
JobId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 of a blob, which is what it is kept under."""
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
Moment = Annotated[float, Field(ge=0, le=1e11, allow_inf_nan=False)]
"""Seconds since 1970."""
Seconds = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]


class ContractError(MididrawError):
    """A message is not of this version of the contract."""


class FrozenModel(BaseModel):
    """A piece of a message; frozen, unknown fields refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Message(FrozenModel):
    """A message that stands alone and says its version."""

    version: Literal[2] = VERSION

    def write(self) -> str:
        """Write the message as JSON."""
        return self.model_dump_json()

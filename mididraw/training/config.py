"""How a model is trained: one typed object, read from one TOML file."""

import tomllib
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mididraw.errors import OptionError, reason

DEFAULT = Path(__file__).with_name("pocket.toml")
"""What the weights that we ship were trained by."""


class TrainConfig(BaseModel):
    """Frozen; unknown names are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    width: Annotated[int, Field(ge=32, le=2048)]
    depth: Annotated[int, Field(ge=1, le=48)]
    heads: Annotated[int, Field(ge=1)]
    kv_heads: Annotated[int, Field(ge=1)]
    hidden: Annotated[int, Field(ge=32)]
    context: Annotated[int, Field(ge=64, le=8192, description="longest sequence in tokens")]
    batch: Annotated[int, Field(ge=1, description="sequences a step")]
    steps: Annotated[int, Field(ge=1)]
    warmup: Annotated[int, Field(ge=0, description="steps over which the rate rises")]
    cooldown: Annotated[int, Field(ge=0, description="last steps, over which it falls to nothing")]
    rate: Annotated[float, Field(gt=0, description="learning rate of Adam: norms and embedding")]
    matrix_rate: Annotated[float, Field(gt=0, description="learning rate of Muon: matrices")]
    weight_decay: Annotated[float, Field(ge=0)]
    evaluate_every: Annotated[int, Field(ge=1)]
    save_every: Annotated[int, Field(ge=1)]
    seed: int

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a TOML file.

        Raises:
            OptionError: it cannot be read or a value cannot be used.
        """
        try:
            return cls.model_validate(tomllib.loads(path.read_text()))
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise OptionError(
                "training-config-unread", "{path} cannot be read as TOML.", path=path
            ) from error
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            name = ".".join(str(part) for part in first["loc"])
            raise OptionError(
                "training-config-invalid",
                "{name} in {path} is wrong: {why}.",
                name=name,
                path=path,
                why=reason(first),
            ) from error

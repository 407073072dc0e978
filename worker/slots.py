"""How many sequences there is memory for."""

import os

from mididraw.models import gpu
from mididraw.models.interface import MusicModel

_SHARE = 0.4
"""Of the free memory; weights, guides and rendering want some, too."""
_MOST = 64
_MOST_ON_GPU = 512
"""More slots than this make a batch no faster (a GPU, which chose the tokens, too, then)."""


def measured_slots(model: MusicModel) -> int:
    """Slots for the model's device, at least one."""
    shape = model.transformer.shape
    position = 2 * shape.kv_heads * shape.head_width * shape.depth
    on_gpu = gpu.memory() if model.transformer.on_gpu else None
    if on_gpu is not None:
        free, width, most = on_gpu[0], 2, _MOST_ON_GPU
    else:
        free, width, most = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"), 4, _MOST
    return max(1, min(most, int(_SHARE * free / (position * width * shape.context))))

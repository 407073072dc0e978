"""How many sequences there is memory for."""

import os

import torch

from mididraw.models.interface import MusicModel

_SHARE = 0.4
"""Of the free memory; weights, guides and rendering want some, too."""
_MOST = {"cpu": 64, "cuda": 512}
"""More slots than this make a batch no faster."""


def measured_slots(model: MusicModel) -> int:
    """Slots for the model's device, at least one."""
    device = model.transformer.device
    shape = model.transformer.shape
    width = 2 if device.type == "cuda" else 4
    layers = len(model.transformer.blocks)
    slot = 2 * shape.kv_heads * shape.context * shape.head_width * width * layers
    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
    else:
        free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return max(1, min(_MOST[device.type], int(_SHARE * free / slot)))

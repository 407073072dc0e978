"""Where the generator's weights are: its network is the denoiser's, in one step from noise alone.

See :func:`mididraw.models.diffusion.model.denoise`.
"""

from pathlib import Path

WEIGHTS = Path(__file__).with_name("weights.safetensors")
NOISE_ALONE = 1.0
"""The level of noise that the network is told."""

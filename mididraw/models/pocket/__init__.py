"""Our own small model: beat-aligned tokens on the canvas's grid, and the weights that we ship."""

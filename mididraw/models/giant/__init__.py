"""The Giant Music Transformer (Lev 2023–2024): its tokens, shapes and checkpoints."""

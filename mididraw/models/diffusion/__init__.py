"""A diffusion model of piano rolls: noise, and a sketch, step by step → four bars of notes."""

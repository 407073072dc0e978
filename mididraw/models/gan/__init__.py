"""A generator of four bars from noise and a sketch, taught by two judges."""

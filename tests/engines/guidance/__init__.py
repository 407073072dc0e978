"""What guided generation is made of."""

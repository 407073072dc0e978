"""What guided generation is made of: rules of picture and harmony, and the choice of candidates."""

"""What guided generation is made of: the picture, harmony, and who goes on."""

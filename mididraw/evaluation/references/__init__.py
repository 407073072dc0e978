"""What is compared with: real songs, and other people's implementation of our models."""

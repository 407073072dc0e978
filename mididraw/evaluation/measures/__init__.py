"""What is told of sets of pieces in figures: form, musicality, distances, copying."""

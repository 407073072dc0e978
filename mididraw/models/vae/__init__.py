"""A variational autoencoder of bars: notes or ink → a latent → notes."""

"""The Discord bot: ``/draw`` with a picture, and the channel has music that looks like it."""

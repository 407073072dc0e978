"""The Telegram bot: one sends a picture and gets music back."""

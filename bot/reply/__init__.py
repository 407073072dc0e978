"""What a person gets: texts, files and buttons as data, composed once for all front-ends."""

from bot.reply.actions import Action, actions_for, changed, vary
from bot.reply.answer import Button, Reply, compose
from bot.reply.progress import tell

__all__ = ["Action", "Button", "Reply", "actions_for", "changed", "compose", "tell", "vary"]

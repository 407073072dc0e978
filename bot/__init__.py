"""The front-ends: Discord, Telegram and the page, over one service; none knows the others."""

"""What every front-end does alike: who may ask, options, orders, statuses and deliveries.

A front-end translates: its events into an :class:`~bot.service.asker.Asker` and a
:class:`~bot.service.target.ChatTarget`, and replies into its messages.
"""

"""The queue in Redis, below front-ends and workers alike; nothing here knows either.

``states`` is the table of what a job may become, ``scripts`` the same as Lua. A front-end is a
``producer`` of jobs that has a ``listener`` for their events and an ``outbox`` of answers; a worker
is a ``consumer``; an operator has ``admin`` and ``overview``.
"""

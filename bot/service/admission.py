"""Who gets music where, as a chat's managers and the bot's owners decide."""

from bot.jobs.limits import RefusedError
from bot.memory import ChatSettings, Memory
from bot.service.asker import Asker

EVERYWHERE = "everywhere"
"""What the settings are kept under that hold in all chats of a front-end."""


class NotHereError(RefusedError):
    """No music for this person, or in this place."""


async def admit(asker: Asker, memory: Memory) -> ChatSettings:
    """Let somebody ask for music; gives the settings that hold there.

    Raises:
        NotHereError: they get none, or not in this place.
        AwayError: Redis cannot be reached.
    """
    chat = await memory.chat_settings(asker.settings)
    everywhere = await memory.chat_settings(EVERYWHERE)
    if asker.user in chat.blocked or asker.user in everywhere.blocked:
        raise NotHereError(
            "user-blocked", "You may not ask for music here: the moderators know why."
        )
    if chat.places and not {*asker.places} & {*chat.places}:
        link = asker.place_link.format(chat.places[0])
        raise NotHereError(
            "channel-closed", "No drawings are taken in this channel: go to {place}.", place=link
        )
    if chat.roles and not await asker.roles() & {*chat.roles}:
        raise NotHereError(
            "role-needed", "Drawing here takes a certain role: ask the moderators for it."
        )
    if not asker.may_attach:
        raise NotHereError(
            "attach-forbidden", "I may not attach files here: I need the permission “Attach Files”."
        )
    return chat

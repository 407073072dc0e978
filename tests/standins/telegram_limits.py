"""How much Telegram takes from a bot, counted as its FAQ and the threads about it tell.

A group takes 20 messages a minute, any other chat one a second after a short burst, all chats
together 30 a second. Edits count like messages, and every part of a media group counts.
https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
"""

import math
import time
from collections import defaultdict, deque
from dataclasses import dataclass

COUNTED = (
    *("sendMessage", "sendPhoto", "sendAudio", "sendDocument", "sendVoice", "sendVideo"),
    *("sendMediaGroup", "editMessageText", "editMessageCaption", "editMessageReplyMarkup"),
)
GROUP, GROUP_SECONDS = 20, 60.0
BURST, A_SECOND = 5, 1.0
ALL = 30


@dataclass(slots=True)
class Bucket:
    """So many at once, and so many a second in the long run."""

    size: float
    rate: float
    left: float = 0.0
    at: float = 0.0

    def wait(self, now: float, count: int) -> float:
        """Seconds until so many fit."""
        self.left = min(self.size, self.left + (now - self.at) * self.rate)
        self.at = now
        return max(0.0, (min(count, self.size) - self.left) / self.rate)


class MethodLimits:
    """What was sent lately, by chat; time goes by ``speed`` times as fast as it does."""

    def __init__(self, speed: float = 1.0) -> None:
        self.speed = speed
        self.groups: defaultdict[int, deque[float]] = defaultdict(deque)
        self.chats: defaultdict[int, Bucket] = defaultdict(lambda: Bucket(BURST, A_SECOND, BURST))
        self.all = Bucket(ALL, ALL, ALL)

    def take(self, chat: int, count: int) -> int:
        """Count messages to a chat; gives the seconds to retry after, 0 where they fit."""
        now = time.monotonic() * self.speed
        waits = [self.all.wait(now, count)]
        sent = self.groups[chat]
        if chat < 0:
            while sent and sent[0] <= now - GROUP_SECONDS:
                sent.popleft()
            over = len(sent) + min(count, GROUP) - GROUP
            waits.append(sent[over - 1] + GROUP_SECONDS - now if over > 0 else 0.0)
        else:
            waits.append(self.chats[chat].wait(now, count))
        if max(waits) > 0:
            return max(1, math.ceil(max(waits) / self.speed))
        self.all.left -= count
        if chat < 0:
            sent.extend([now] * count)
        else:
            self.chats[chat].left -= count
        return 0

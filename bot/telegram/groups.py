"""Groups: what a bot was asked by being mentioned, and whose words are whose there. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.telegram import inbound
from bot.telegram.inbound import Sent

ONLY_IN_PRIVATE = "I answer you in our private chat."


@dataclass(frozen=True, slots=True)
class Me:
    """The bot as a group sees it: its number, and its name without the @."""

    id: int
    name: str


def users(bundle: Sequence[Sent]) -> list[int]:
    """Return the numbers of those who wrote a bundle, in the order they wrote."""
    writers = (sent.message.from_user for sent in bundle)
    return list(dict.fromkeys(writer.id for writer in writers if writer is not None))


def asked(bundle: Sequence[Sent], user: int, me: Me) -> list[Sent]:
    """Return this person's messages of a bundle; nothing when none of them is for the bot."""
    own = [s for s in bundle if s.message.from_user is not None and s.message.from_user.id == user]
    return own if any(_is_for(sent, me) for sent in own) else []


def words(bundle: Sequence[Sent], me: Me) -> str:
    """Return what the person typed, without the bot's name; a bare name asks for help."""
    typed = re.sub(rf"@{re.escape(me.name)}\b", "", inbound.words(bundle), flags=re.IGNORECASE)
    alone = not (inbound.files(bundle) or others(bundle, me))
    return re.sub(r"[ \t]{2,}", " ", typed).strip() or ("/help" if alone else "")


def others(bundle: Sequence[Sent], me: Me) -> tuple[str, ...]:
    """Return everybody else's words, those of the messages that were answered too."""
    answered = [sent.message.reply_to_message for sent in bundle]
    theirs = [m for m in answered if m and not (m.from_user and m.from_user.id == me.id)]
    return inbound.others(bundle) + tuple(filter(None, (m.text or m.caption for m in theirs)))


def _is_for(sent: Sent, me: Me) -> bool:
    """Say whether it answers the bot or names it; a name in a forward is somebody else's."""
    message = sent.message
    if message.forward_origin is not None or message.via_bot is not None:
        return False
    answered = message.reply_to_message
    if answered is not None and answered.from_user is not None and answered.from_user.id == me.id:
        return True
    text, at = message.text or message.caption or "", f"@{me.name}".casefold()
    for entity in message.entities or message.caption_entities or ():
        if entity.type == "text_mention" and entity.user is not None and entity.user.id == me.id:
            return True
        if entity.type in ("mention", "bot_command"):
            named = entity.extract_from(text).casefold()
            if named == at or (named.startswith("/") and named.endswith(at)):
                return True
    return False

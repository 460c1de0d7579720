"""What Slack delivered, carried out: messages, taps, forms, shares, the Home tab."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bot.delivery import buttons_of
from bot.lower import slack_form
from bot.lower.slack_home import home
from bot.slack import inbound
from bot.slack import words as slack_words
from bot.slack.api import RefusedError, ScopeError, SlackApi
from bot.slack.feed import SURFACE, Faults, What
from bot.surfaces import Attached, Heard, House
from connectors.contract import PermanentError
from engine.acting.taps import Person
from engine.chat import conversations, outbox, tokens
from engine.chat.messages import Button, Form, Input
from engine.flow import arrivals

SHARE, FORM = "fm:share", "fm:form"
SHARE_FORM = Form(
    title="Send to Firstmate",
    fields=(
        Input(
            id="words",
            label="What should I do with it? (may stay empty)",
            kind="multiline",
            max_chars=3000,
        ),
    ),
)
TOO_BIG = "“{}” has {} MB; I read files of up to {} MB from Slack."
NOT_GIVEN = "Slack does not give me “{}” ({}). Send it again, or use the local web chat."
EDITED = "I keep to what you wrote first. To change something, send it as a new message."
ONLY_IN_PRIVATE = "I answer you in our direct messages, where nobody else reads along."
TOO_LATE = "That took too long, so Slack did not let the form open. Tap once more."
SETTLED = "This was settled meanwhile; there is nothing to fill in. Look at its card."
UNKNOWN = "This form is no longer known. Say waiting to see what waits for you."


@dataclass(frozen=True, slots=True)
class Desk:
    """`seen(channel, ts)` remembers how far a channel was read.

    `working(heard, thread)` shows that it is worked on, `stopped(channel, thread)` that it no
    longer is. `in_sessions()`: a thread is a whole conversation here, not what answers a message.
    """

    api: SlackApi
    house: House
    seen: Callable[[str, str], Awaitable[None]]
    working: Callable[[Heard, str], Awaitable[None]]
    stopped: Callable[[str, str], Awaitable[None]]
    in_sessions: Callable[[], bool]

    async def take(self, key: str, what: What, payload: dict[str, Any]) -> Faults:
        """Carry out one delivery; return what is wrong with it, if it is a form."""
        match what:
            case "message":
                await self.said(payload)
            case "edited":
                await self._edited(payload)
            case "mention":
                await self._mentioned(payload)
            case "command":
                await self._commanded(key, payload)
            case "stopped":
                await self._stopped(key, payload)
            case "tap":
                await self._tapped(key, payload)
            case "form":
                return await self._filled_in(key, payload)
            case "share":
                await self._shared(key, payload)
            case "home":
                await self.publish_home(str(payload["user"]))
        return {}

    async def person(self, user: str) -> Person | None:
        """Return who this is by their direct messages with us; None: nobody was paired."""
        async with self.house.db.snapshot() as reader:
            conv = await conversations.of_user(reader, SURFACE, user)
        return None if conv is None else Person(conv.user, SURFACE, conv.id)

    # What a person says

    async def said(self, message: dict[str, Any]) -> None:
        """Hear a direct message; the same one again, by event or by history, is heard once."""
        channel, user, ts = str(message["channel"]), str(message["user"]), str(message["ts"])
        who = await self.house.person(SURFACE, channel, user)
        if who is None:
            return
        thread = message.get("thread_ts")
        heard = Heard(
            who=who,
            key=f"{channel}:{ts}",
            words=slack_words.heard(inbound.words(message)),
            others=inbound.others(message),
            files=await self._fetched(channel, user, inbound.files(message)),
            reply_to=str(thread) if thread and thread != ts else None,
            in_session=self.in_sessions(),
            sent=(ts,),
            raw=message,
        )
        if (heard.words or heard.others or heard.files) and await self.house.hear(heard):
            await self.working(heard, str(thread or ts))
        await self.seen(channel, ts)

    async def _edited(self, message: dict[str, Any]) -> None:
        channel, user = str(message["channel"]), str(message["user"])
        text_changed = message.get("edited") is not None
        if text_changed and await self.house.person(SURFACE, channel, user):
            await self.api.whisper(channel, user, EDITED)

    async def _mentioned(self, event: dict[str, Any]) -> None:
        """A channel is no place for what is private: the answer goes to the direct messages."""
        who = await self.person(str(event["user"]))
        if who is None:
            return
        channel, user = str(event["channel"]), str(event["user"])
        words = slack_words.heard(inbound.mentioned(str(event.get("text", ""))))
        key = f"{channel}:{event['ts']}"
        others = inbound.others(event)
        files = await self._fetched(channel, user, inbound.files(event))
        await self.house.hear(Heard(who, key, words, others, files, raw=event))
        await self.api.whisper(channel, user, ONLY_IN_PRIVATE)

    async def _commanded(self, key: str, payload: dict[str, Any]) -> None:
        who = await self.person(str(payload["user_id"]))
        if who is not None:
            words = slack_words.commanded(str(payload.get("text", "")))
            await self.house.hear(Heard(who, key, words, raw=payload))

    async def _stopped(self, key: str, event: dict[str, Any]) -> None:
        """The stop button of the agent surface is the word STOP."""
        who = await self.person(str(event.get("user") or event.get("user_id")))
        if who is not None:
            await self.house.hear(Heard(who, key, "stop", raw=event))
            channel = str(event.get("channel") or event.get("channel_id") or "")
            await self.stopped(channel, str(event.get("thread_ts") or ""))

    async def _fetched(self, channel: str, user: str, ids: list[str]) -> tuple[Attached, ...]:
        """Return the files; say which ones cannot be had."""
        found = []
        for id in ids:
            name = id
            try:
                file = await self.api.file(id)
                wanted = inbound.wanted(file)
                name = wanted.name
                if wanted.too_big:
                    mib = inbound.FILE_BYTES_MAX >> 20
                    said = TOO_BIG.format(name, round(wanted.size / 2**20), mib)
                    await self.api.whisper(channel, user, said)
                    continue
                found.append(await self._file(file, wanted))
            except (RefusedError, ScopeError) as error:
                await self.api.whisper(channel, user, NOT_GIVEN.format(name, error))
        return tuple(found)

    async def _file(self, file: dict[str, Any], wanted: inbound.Wanted) -> Attached:
        """Return a file's bytes; one that Slack made of an e-mail becomes a mail again."""
        if not inbound.is_mail(file):
            data = await self.api.fetch(wanted.url, inbound.FILE_BYTES_MAX, wanted.mime)
            return Attached(wanted.name, wanted.mime, data)
        attached = []
        for one in file.get("attachments") or ():
            mime = one.get("mimetype")
            data = await self.api.fetch(str(one["url"]), inbound.FILE_BYTES_MAX, mime)
            attached.append((str(one.get("filename") or "file"), mime, data))
        return Attached(f"{wanted.name}.eml", "message/rfc822", inbound.mail(file, attached))

    # What a person taps, and fills in

    async def _tapped(self, key: str, payload: dict[str, Any]) -> None:
        action, holder = payload["actions"][0], payload.get("container") or {}
        who = await self.person(str(payload["user"]["id"]))
        token, ts = str(action.get("value", "")), str(holder.get("message_ts", ""))
        if who is None or not token:
            return
        if str(action["action_id"]).startswith("form:"):
            await self._open(who, str(payload["trigger_id"]), token)
            return
        before = await self._version(who, ts)
        reply = await self.house.tap(who, key, token, {})
        if reply.text and (reply.refused or await self._version(who, ts) == before):
            await self._whisper(who, reply.text)
        if holder.get("type") == "view":
            await self.publish_home(who.user)

    async def _version(self, who: Person, ts: str) -> int | None:
        """Return how often the tapped card was changed; a change says by itself what happened."""
        async with self.house.db.snapshot() as reader:
            card = await outbox.shown_as(reader, who.conv, ts) if ts else None
        return None if card is None else card.version

    async def _open(self, who: Person, trigger: str, token: str) -> None:
        """Open the form at once, empty: what stands in it is looked up after."""
        try:
            view, hash = await self.api.open_view(trigger, slack_form.loading())
        except RefusedError:
            await self._whisper(who, TOO_LATE)
            return
        await self.house.opened(who, token)
        form = await self._form(who, token)
        if form is None:
            await self.api.change_view(view, hash, slack_form.failed(SETTLED))
        else:
            await self.api.change_view(view, hash, slack_form.view(form, token))

    async def _form(self, who: Person, token: str) -> Form | None:
        """Return the form behind a button as its card stands now."""
        async with self.house.db.snapshot() as reader:
            tap = await tokens.recognise(reader, token, who.conv, who.user)
            if tap is None:
                return None
            for card in await outbox.naming(reader, tap.ref):
                for button in buttons_of(card.msg):
                    if button.form is not None and _is_of(button, tap):
                        return button.form
        return None

    async def _filled_in(self, key: str, payload: dict[str, Any]) -> Faults:
        """Carry out a form's button; what was typed stays in the modal while something is wrong."""
        view = payload["view"]
        who = await self.person(str(payload["user"]["id"]))
        if who is None:
            return {}
        if view.get("callback_id") == SHARE:
            await self._passed_on(who, view)
            return {}
        token, values = str(view.get("private_metadata", "")), view["state"]["values"]
        first = next(iter(values), "form")
        form = await self._form(who, token)
        try:
            typed = slack_form.read(form, values) if form is not None else {}
        except slack_form.FormError as error:
            return error.errors
        reply = await self.house.tap(who, key, token, typed)
        if form is None:  # its card was settled meanwhile: the verb says how
            return {first: slack_words.speak(reply.text) or SETTLED}
        return {first: slack_words.speak(reply.text)} if reply.refused else {}

    # What a person passes on

    async def _shared(self, key: str, payload: dict[str, Any]) -> None:
        """Ask what to do with a message that was passed on."""
        who = await self.person(str(payload["user"]["id"]))
        if who is None:
            return
        view = slack_form.view(SHARE_FORM, key) | {"callback_id": SHARE}
        try:
            await self.api.open_view(str(payload["trigger_id"]), view)
        except RefusedError:
            await self._whisper(who, TOO_LATE)

    async def _passed_on(self, who: Person, view: dict[str, Any]) -> None:
        """Hear a passed-on message: none of its words are the operator's, only the note is."""
        kept = str(view["private_metadata"])
        async with self.house.db.snapshot() as reader:
            shared = await arrivals.get(reader, SURFACE, kept)
        if shared is None:
            await self._whisper(who, UNKNOWN)
            return
        message = shared.body["payload"]["message"]
        channel = who.conv.partition(":")[2]
        values = slack_form.read(SHARE_FORM, view["state"]["values"])
        files = await self._fetched(channel, who.user, inbound.files(message))
        heard = Heard(
            who=who,
            key=kept,
            words=slack_words.heard(values.get("words", "")),
            others=inbound.shared(message),
            files=files,
            raw=json.loads(json.dumps(shared.body["payload"])),
        )
        await self.house.hear(heard)

    # What a person sees without asking

    async def publish_home(self, user: str) -> None:
        """Show what waits, what it cost and the rules on the app's Home tab."""
        who = await self.person(user)
        if who is None:
            return
        board = slack_words.spoken(await self.house.board())
        async with self.house.db.transaction() as tx:
            made = await tokens.mint(tx, buttons_of(board), who.conv, who.user)
        try:
            await self.api.publish_home(user, home(board, made.__getitem__))
        except (RefusedError, PermanentError) as error:
            await self._whisper(who, f"The Home tab could not be drawn ({error}).")

    async def _whisper(self, who: Person, text: str) -> None:
        channel = who.conv.partition(":")[2]
        await self.api.whisper(channel, who.user, slack_words.speak(text))


def _is_of(button: Button, tap: tokens.Tap) -> bool:
    return (button.action, button.ref, button.item) == (tap.action, tap.ref, tap.item)

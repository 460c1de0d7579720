"""Forms on Telegram: a tap asks for the values, a reply to the question fills them in."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.surfaces import House
from bot.telegram import forms, inbound
from bot.telegram.api import BotApi
from bot.telegram.inbound import Sent
from engine.acting.taps import Person
from engine.chat.messages import Form

TEXT_ONLY = "Please answer this question with text."


@dataclass(frozen=True)
class Filling:
    """Which forms are open is kept with the house, so a restart loses none."""

    api: BotApi
    house: House

    async def offer(self, token: str, form: Form) -> None:
        """Remember what form the button with this token opens."""
        await self._remember(forms.button_key(token), forms.Asked(token=token, form=form))

    async def opens(self, who: Person, chat: int, token: str, tap: str) -> bool:
        """Ask for the values of the form behind a button; False: there is none.

        A tap that is delivered twice asks once.
        """
        asked = await self._asked(forms.button_key(token))
        if asked is None:
            return False
        if asked.tap != tap:
            await self.house.opened(who, token)
            question = await self.api.ask(chat, forms.prompt(asked.form), asked.form.title)
            await self._remember(forms.question_key(chat, question), asked)
            await self._remember(forms.button_key(token), asked.model_copy(update={"tap": tap}))
        return True

    async def fills_in(self, who: Person, key: str, bundle: Sequence[Sent]) -> str | None:
        """Carry out a form's button with the values of a reply; return what to say about it.

        None: this answers no form.
        """
        chat, question = bundle[0].message.chat.id, inbound.answered(bundle)
        asked = await self._asked(forms.question_key(chat, question)) if question else None
        if asked is None:
            return None
        try:
            if not (text := inbound.words(bundle)):
                raise forms.FormError(TEXT_ONLY)
            values = forms.read(asked.form, text)
        except forms.FormError as error:
            return str(error)
        return (await self.house.tap(who, key, asked.token, values)).text

    async def _asked(self, key: str) -> forms.Asked | None:
        kept = await self.house.cursor(key)
        return forms.Asked.model_validate_json(kept) if kept else None

    async def _remember(self, key: str, asked: forms.Asked) -> None:
        await self.house.save_cursor(key, asked.model_dump_json())

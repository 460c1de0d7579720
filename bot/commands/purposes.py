"""What models are asked for, each with a prompt of its own, in the words of the operator."""

from collections.abc import Mapping

from bot.commands.tried import Words

IN_USE = "The other prompts in use: {}. Say “/agents plan”, say, to try another one."


def _words(label: str, does: str) -> Words:
    """Return how it is spoken of. `label`: at most eight letters; `does`: “Plans are made”."""
    again = does[0].lower() + does[1:]
    return Words(
        in_use=f"{does} with {{arm}}.",
        promoted=f"From now on {again} with {{arm}}.",
        ended=f"The trial is over; {again} with {{arm}}, as before.",
        begin="{}: on {} of 100",
        promote=f"{label}: use it for all",
        end=f"{label}: end the trial",
        back=f"{label}: {{}} again",
    )


DRAFTS = Words(
    in_use="Drafts are written with {arm}.",
    promoted="From now on drafts are written with {arm}.",
    ended="The trial is over; drafts are written with {arm}, as before.",
)
WHAT_YOU_SAY = Words(
    in_use="What you say in words that no rule knows is read with {arm}.",
    promoted="From now on what you say is read with {arm}.",
    ended="The trial is over; what you say is read with {arm}, as before.",
    begin="Reading {}: on {} of 100",
    promote="Read all with it",
    end="End the reading trial",
    back="Read with {} again",
)
OTHERS: Mapping[str, Words] = {
    "again": _words("Mending", "Drafts with something wrong are mended"),
    "answer": _words("Answers", "Questions are answered"),
    "compose": _words("Texts", "Texts for plans are written"),
    "enrich": _words("Facts", "What is kept of somebody is read"),
    "intake": _words("Mails", "Mails are read"),
    "judge": _words("Judging", "Drafts are judged"),
    "plan": _words("Plans", "Plans are made"),
    "research": _words("Findings", "Research is done"),
    "rule": _words("Rules", "Rules in your words are read"),
    "strategy": _words("Advice", "The weekly look is worded"),
    "variants": _words("Several", "Several drafts at once are written"),
}

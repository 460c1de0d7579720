"""Rechecking: what models read in a mail, of somebody, in a rule's words or in a weekly look.

The kept answer is read once more by the code that read it then, and what comes of it is compared
with what was recorded.
"""

from collections.abc import Mapping
from types import MappingProxyType

from agents.answers import rechecked
from agents.incoming import mail_fields
from agents.incoming.mail_fields import Fields
from agents.reading import item
from agents.rules import rule_proposed
from agents.rules.rule_proposed import Proposed
from agents.specialists import enricher, firmographics, firmographics_keyed
from agents.specialists.enricher import Reads
from agents.specialists.firmographics import Finding, Said
from agents.writing import strategist
from agents.writing.strategist import Worded
from bot.commands import enriching, researching
from connectors.contract import PermanentError
from engine.autonomy import rule_desk
from engine.objectives import strategy
from engine.rules import bundles
from engine.why.calls import ERASED, Call
from engine.why.rerun import Checks, Led
from memory import events, profile
from memory.canon import records
from memory.canon.records import Record
from memory.db import Reader
from memory.events import Event

STAND = "{kept} of {all} fields stand in the mail"
OTHER_FIELDS = "other words of the mail were kept as read"
BORNE = "{kept} of {all} findings stand in the sources they name"
OTHER_FINDINGS = "other findings were proposed"
WORDED = "its numbers, dates and addresses stand in what was seen: shown"
UNWORDED = "it says what was not seen, or chooses nothing: not shown"
OTHER_WORDS = "the weekly look was worded otherwise"
A_RULE = "a rule, tried on its own cases: offered"
NO_RULE = "no rule: {}"
NOT_UNDERSTOOD = "the words were not understood"
OTHER_RULE = "another rule was offered"
NOT_OFFERED = "a rule, which held already or could not be one beside yours"
NO_BOOK = "the rule book of then is not kept, or this version cannot read it"


async def mail(reader: Reader, call: Call) -> Led:
    """Read the mail's fields out of the answer again, and compare them with those kept."""
    asked = await _event(reader, call)
    read = await events.by_key(reader, item.SOURCE, item.fields_key(call.row.task or ""))
    if asked is None or read is None or _erased(read):
        return Led("", gone=rechecked.NOT_SENT)
    said = Fields.model_validate(call.value)
    kept = mail_fields.borne(said, mail_fields.text_of(asked.body))
    now = [list(one) for one in kept.said()]
    says = STAND.format(kept=len(now), all=len(list(said.said())))
    return Led(says, differs="" if now == read.body["said"] else OTHER_FIELDS)


async def look(reader: Reader, call: Call) -> Led:
    """Find again what was proposed of somebody: by the answer, and by rules beside it."""
    sources = rechecked.sources_of(call, enricher.WHOM)
    proposed = await events.by_key(reader, enriching.SOURCE, call.row.task or "")
    if sources is None or (proposed is not None and _erased(proposed)):
        return Led("", gone=rechecked.NOT_SENT)
    answer = Reads.model_validate(call.value).findings
    borne = enricher.standing(answer, {n: one.text for n, one in sources.items()})
    says = BORNE.format(kept=len(borne), all=len(answer))
    used = tuple(sorted({n - 1 for one in borne for n in one.sources}))
    record = None if proposed is None else await records.get(reader, proposed.body["record"])
    if proposed is None or record is None:
        return Led(says, used)
    ours = enriching.ours(await profile.read(reader))
    ruled = _ruled(call, {n: one.text for n, one in sources.items()}, ours)
    left_out = {  # said by sources that the prompt had no room for
        one["attribute"]
        for one in proposed.body["found"]
        if not sources.keys() >= {*one["sources"]}
    }
    by_rule = {one.attribute for one in ruled} | left_out
    new = [
        one
        for one in borne
        if one.attribute not in by_rule and not firmographics.is_ours(one.value, ours)
    ]
    shown = {
        (one["attribute"], one["value"].casefold())
        for one in proposed.body["found"]
        if one["attribute"] not in left_out
    }
    known = {_pair(one) for one in new if await _known(reader, record, one)}
    today = {_pair(one) for one in (*ruled, *new)}
    same = shown <= today and {_pair(one) for one in new} <= shown | known
    return Led(says, used, "" if same else OTHER_FINDINGS)


def _ruled(call: Call, texts: Mapping[int, str], ours: tuple[str, ...]) -> tuple[Finding, ...]:
    """Return what the rules find in the same sources; an answer of a tool is not told apart."""
    by_us = {one.text for one in call.given.values() if one.trust == "operator"}
    said = [Said(n, text, by_us=text in by_us) for n, text in texts.items()]
    return enricher.merged(firmographics_keyed.keyed(said), firmographics.found(said, ours))


def _pair(one: Finding) -> tuple[str, str]:
    return one.attribute, one.value.casefold()


async def _known(reader: Reader, record: Record, one: Finding) -> bool:
    """Say whether it is believed by now, so that it need not have been proposed."""
    known = await enriching.known(reader, record, one.attribute)
    return (known or "").casefold() == one.value.casefold()


async def rule(reader: Reader, call: Call) -> Led:
    """Make the rule again, try it on its own cases, and compare it with the one offered."""
    said = call.parts.get(rule_proposed.WORDS)
    offered = await events.by_key(reader, rule_desk.OFFERED, call.row.task or "")
    book = await bundles.book(reader, call.row.verdict["bundle"]) if call.row.verdict else None
    if said is None or call.erased or (offered is not None and _erased(offered)):
        return Led("", gone=rechecked.NOT_SENT)
    if book is None:
        return Led("", gone=NO_BOOK)
    if call.redacted:
        return Led("", gone=rechecked.REPLACED)
    proposed = Proposed.model_validate(call.value)
    why_not = "" if proposed.understood else NOT_UNDERSTOOD
    now = None
    if not why_not:
        try:
            made = rule_proposed.made(book, proposed, said).rule
            now = made.model_dump(mode="json", exclude_defaults=True)
        except (PermanentError, ValueError) as error:
            why_not = str(error)
    if offered is None:
        return Led(NO_RULE.format(why_not) if why_not else NOT_OFFERED)
    says = NO_RULE.format(why_not) if why_not else A_RULE
    return Led(says, differs="" if now == offered.body["rule"] else OTHER_RULE)


async def weekly(reader: Reader, call: Call) -> Led:
    """Hold the words of a weekly look against what was seen again, and compare what was shown."""
    proposed = await _event(reader, call)
    worded = await strategy.words_of(reader, call.row.task or "")
    if proposed is None or (worded is not None and _erased(worded)):
        return Led("", gone=rechecked.NOT_SENT)
    now = strategist.checked(Worded.model_validate(call.value), proposed)
    was = None if worded is None else (worded.body["text"], worded.body["chosen"])
    return Led(UNWORDED if now is None else WORDED, differs="" if now == was else OTHER_WORDS)


async def _event(reader: Reader, call: Call) -> Event | None:
    """Return what the call was about, if it still has its words."""
    found = await events.get(reader, call.row.task or "")
    return None if found is None or _erased(found) else found


def _erased(event: Event) -> bool:
    return ERASED in str(event.body)


CHECKS: Checks = MappingProxyType(
    {
        "answer": rechecked.answer,
        "research": researching.rechecked,
        "intake.read": mail,
        "enrich": look,
        "rule": rule,
        "strategy": weekly,
    }
)

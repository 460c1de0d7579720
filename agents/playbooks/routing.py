"""Routing: which playbook a sentence asks for, by command, pattern or nearest example; or none.

Similarity never decides alone about the outside: questions and refusals reach no playbook with
effects that way, and a sentence nearest to a counter-example reaches none at all.
"""

import asyncio
import re
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import Any, Literal, NamedTuple, Protocol

from agents.playbooks import sureness
from agents.playbooks.library import Playbook
from agents.playbooks.sureness import NEIGHBOURS, Evidence
from agents.reading.datewords import grammar
from agents.reading.words import tokens

MAIL_CHARS_MAX = 20_000
WORDS_MIN = 3  # shorter is an answer or a name, not a wish
WEIGHTS_KEPT_MAX = 2000  # the words of examples
OWN_LEAST = 0.4  # below it nothing is alike enough to be asked about
ROUTED_CHARS_MAX = 1000  # a wish is said in its first thousand letters

Span = tuple[int, int]
How = Literal["command", "pattern", "examples", "none"]

_POLITE = (
    r"[¿¡]?(?:(?:hey|hi|hello|ok|okay|so|and|please|pls|kindly|just|now|bitte|also|oh|ah|ach"
    r"|oops|sorry|actually|can you|could you|would you|will you|i want to|i would like to"
    r"|i['\u2019]d like to|i need to|we need to"
    r"|we should|let['\u2019]s|kannst du|könntest du|por favor|s['\u2019]il te plaît)[\s,]+)*"
)
_COMMAND = re.compile(r"\s*/(?P<name>[\w-]+)(?:@\w+)?(?:\s+(?P<rest>.*))?", re.DOTALL)
_QUESTION = re.compile(
    r"\W*(?:did|do|does|has|have|had|is|are|was|were|why|how|should|shall|who|what|when|where"
    r"|which|hat|habe|haben|ist|sind|war|warum|wie|wann|wer|was|soll|a-t-il|pourquoi|quand|qui"
    r"|por qué|cuándo|quién)\b",
    re.IGNORECASE,
)
_DOUBTED = re.compile(  # “Mona sent 200 EUR?” asks; “could you send Ada her bill?” does not
    r"\W*(?!(?:can|could|would|will|please|kannst|könntest|würdest|bitte)\b).*\?\s*",
    re.IGNORECASE | re.DOTALL,
)
_REFUSAL = re.compile(  # takes something back or changes it: no playbook does that
    r"\W*(?:please\s+)?(?:do not|don['\u2019]t|never|not|no|stop|cancel|undo|forget|delete|remove"
    r"|unpublish|move|postpone|reschedule|change|update|edit|correct|fix|nicht|kein\w*|ne"
    r"|storniere?|lösche?|verschiebe?|ändere?)(?!\w)",
    re.IGNORECASE,
)
_UNASKED = re.compile(  # before the wish: "no refund needed", "thanks for the refund"
    r"\b(?:no|not (?:asking|looking) for|(?:don['\u2019]t|do not) (?:want|need)"
    r"|thanks? (?:you )?for"
    r"|received|kein\w*|danke für|merci pour|gracias por|pas de|sin)(?:\W+\w+){0,2}\W*$",
    re.IGNORECASE,
)


_ADDRESS = re.compile(r"[\w.+-]+@[\w.-]+")
_NAME = re.compile(
    r"(?<=[a-z,:] )(?!Friday)[A-Z][a-z]\w*(?: [A-Z][a-z]\w*)*"
    r"|^[A-Z][a-z]\w*(?: [A-Z][a-z]\w*)*(?= (?:is|has|had|was|will|would|should|can|cannot"
    r"|can['\u2019]t|needs|wants|asks|asked|lost|paid|sent|gets|got|prefers|likes)\b)"
)


class Encoder(Hashable, Protocol):
    """Turns texts into vectors of length 1."""

    def encode(self, texts: Sequence[str]) -> list[list[float]]: ...


@dataclass(frozen=True, slots=True)
class Route:
    """Which playbook, how it was recognised, and where its slots are written.

    `text` is what the slots are filled from (a command's word is cut off); `groups` are spans of
    it. `off`: recognised, but switched off by the operator. `runner_up`: the next best; when no
    playbook is sure, the one to ask about ("Did you mean …?").
    """

    playbook: Playbook | None
    how: How
    text: str
    score: float = 0.0
    runner_up: Playbook | None = None
    off: bool = False
    groups: Mapping[str, Span] = field(default_factory=dict)


class _Example(NamedTuple):
    playbook: Playbook
    text: str
    counts: bool  # False: it sounds alike and means something else


class _Near(NamedTuple):
    score: float
    example: _Example


class Router:
    """Finds the playbook for a sentence. Without an encoder it compares words.

    `own`: those of the operator, which may change. Their command and their words decide; what is
    only alike is at most asked about, for nobody measured how sure that is.
    """

    def __init__(
        self,
        playbooks: Sequence[Playbook],
        encoder: Encoder | None = None,
        own: Mapping[str, Playbook] | None = None,
    ) -> None:
        self._own = {} if own is None else own
        self._playbooks = tuple(playbooks)
        self._encoder = encoder
        self._weights = sureness.weights(has_meaning=encoder is not None)
        self._examples = [
            _Example(playbook, _plain(text), counts)
            for playbook in playbooks
            for texts, counts in ((playbook.examples, True), (playbook.unlike, False))
            for text in texts
        ]

    async def route(self, text: str, enabled: Collection[str]) -> Route:
        """Return the one playbook the text asks for, or none.

        `enabled`: the ids that are switched on. Comparing is done in a thread; the first time
        all examples are encoded (2 s).
        """
        route = self._by_command(text)
        if route is None:
            route = await asyncio.to_thread(self._compare, text)
            if route.playbook is None:
                own = [one for one in self._own.values() if one.id in enabled]
                guess = await asyncio.to_thread(self._like_own, text, own, route.runner_up)
                route = replace(route, runner_up=guess)
        is_off = route.playbook is not None and route.playbook.id not in enabled
        return replace(route, off=True) if is_off else route

    def _by_command(self, text: str) -> Route | None:
        match = _COMMAND.fullmatch(text)
        if match is None:
            return None
        name, rest = match["name"].lower(), match["rest"] or ""
        for playbook in (*self._playbooks, *self._own.values()):
            if name in (playbook.id, *playbook.commands):
                said = f"{name} {rest}"  # "/note on Ada: …" reads like the sentence
                groups = _groups(playbook, said)
                if groups is None:
                    return Route(playbook, "command", rest, 1.0)
                return Route(playbook, "command", said, 1.0, groups=groups)
        return Route(None, "command", text)

    def _compare(self, text: str) -> Route:
        return self.by_pattern(text) or self._by_own(text) or self._by_examples(text)

    def _by_own(self, text: str) -> Route | None:
        for playbook in self._own.values():
            if (groups := _groups(playbook, text)) is not None:
                return Route(playbook, "pattern", text, 1.0, groups=groups)
        return None

    def by_pattern(self, text: str) -> Route | None:
        fits = {
            playbook.id: Route(playbook, "pattern", text, 1.0, groups=groups)
            for playbook in self._playbooks
            if (groups := _groups(playbook, text)) is not None
        }
        if len(fits) < 2:
            return next(iter(fits.values()), None)
        best = self._near(text, [fit.playbook for fit in fits.values() if fit.playbook])[0]
        return fits[best.example.playbook.id]

    def _by_examples(self, text: str) -> Route:
        near = self.near(text)
        if near is None:
            return Route(None, "none", text)
        playbook, seen = near
        sure = self._weights.sure(seen)
        if sure < self._weights.least:
            return Route(None, "none", text, round(sure, 3), playbook)
        return Route(playbook, "examples", text, round(sure, 3))

    def _like_own(
        self, text: str, own: Sequence[Playbook], other: Playbook | None
    ) -> Playbook | None:
        """Return the playbook of the operator's own that a text is more like than any other's."""
        may = [one for one in own if may_be(text, one)]
        if not may or len(tokens(text[:ROUTED_CHARS_MAX])) < WORDS_MIN:
            return other
        every = [(_plain(said), one) for one in may for said in one.examples]
        said, best = _plain(text[:ROUTED_CHARS_MAX]), 0.0
        scores = self._alike(said, tuple(example for example, _ in every))
        at = max(range(len(every)), key=scores.__getitem__)
        if self._playbooks:
            best = max(self._scores(text))
        return every[at][1] if scores[at] > max(best, OWN_LEAST) else other

    def near(self, text: str) -> tuple[Playbook, Evidence] | None:
        """Return the playbook of the nearest example, and what speaks for it; None: none can be.

        Too short, a refusal, a question where something would be done, or nearest to what only
        sounds alike: then similarity decides nothing.
        """
        is_short = len(tokens(text[:ROUTED_CHARS_MAX])) < WORDS_MIN
        if is_short or not self._playbooks:
            return None
        near, seen = self._evidence(text)
        can_be = near.example.counts and may_be(text, near.example.playbook)
        return (near.example.playbook, seen) if can_be else None

    def _evidence(self, text: str) -> tuple[_Near, Evidence]:
        """Return the nearest example, and what all of them say for its playbook."""
        scores = zip(self._examples, self._scores(text), strict=True)
        every = sorted(scores, key=lambda one: one[1], reverse=True)
        best, score = every[0]
        others = (s for example, s in every if example.playbook is not best.playbook)
        first = every[:NEIGHBOURS]
        alike = sum(one.counts and one.playbook is best.playbook for one, _ in first)
        margin = score - next(others, 0.0)
        words = self._words(text, best)
        return _Near(score, best), Evidence(score, margin, alike / len(first), words)

    def _words(self, text: str, best: _Example) -> float:
        """Return how many more words it shares with this playbook's examples than with others."""
        said = _plain(text[:ROUTED_CHARS_MAX])
        mine = theirs = 0.0
        for example in self._examples:
            shared = _overlap(said, example.text)
            if example.playbook is best.playbook and example.counts:
                mine = max(mine, shared)
            else:
                theirs = max(theirs, shared)
        return mine - theirs

    def _near(self, text: str, playbooks: Collection[Playbook]) -> list[_Near]:
        """Return the nearest example of each playbook, the best first."""
        ids = {playbook.id for playbook in playbooks}
        best: dict[str, _Near] = {}
        for example, score in zip(self._examples, self._scores(text), strict=True):
            id = example.playbook.id
            if id in ids and (id not in best or score > best[id].score):
                best[id] = _Near(score, example)
        return sorted(best.values(), key=lambda near: near.score, reverse=True)

    def _scores(self, text: str) -> list[float]:
        """Return how near the text is to each example: the cosine, or the words they share."""
        said = _plain(text[:ROUTED_CHARS_MAX])
        return self._alike(said, tuple(example.text for example in self._examples))

    def _alike(self, said: str, examples: tuple[str, ...]) -> list[float]:
        if self._encoder is None:
            return [_overlap(said, example) for example in examples]
        others = _encoded(self._encoder, examples)
        [vector] = self._encoder.encode([said])
        scores: list[float] = (others @ vector).tolist()
        return scores


def may_be(text: str, playbook: Playbook) -> bool:
    """Say whether words that no rule knows may be a wish for this playbook at all.

    What refuses or takes back is none, nor is what asks where something would be done.
    """
    asks = _QUESTION.match(text) or _DOUBTED.fullmatch(text)
    return not (_REFUSAL.match(text) or (playbook.steps and asks))


def wishes(mail: str, playbooks: Sequence[Playbook]) -> list[Playbook]:
    """Return what a customer's mail asks for, the earliest wish first. Suggestions, not orders."""
    found: list[tuple[int, Playbook]] = []
    for playbook in playbooks:
        places = [place for pattern in playbook.from_mail for place in _asked(mail, pattern)]
        if places:
            found.append((min(places), playbook))
    return [playbook for _, playbook in sorted(found, key=lambda wish: wish[0])]


def _asked(mail: str, pattern: str) -> list[int]:
    """Return where the mail says it, unless the words before take it back."""
    text = mail[:MAIL_CHARS_MAX]
    return [
        match.start()
        for match in re.finditer(pattern, text, re.IGNORECASE)
        if not _UNASKED.search(text[max(0, match.start() - 60) : match.start()])
    ]


def _groups(playbook: Playbook, text: str) -> dict[str, Span] | None:
    """Return where the first pattern that fits the whole sentence says the slots are."""
    said = text[:ROUTED_CHARS_MAX]
    for pattern in playbook.patterns:
        match = _compiled(pattern).fullmatch(said)
        if match:
            spans = {name: match.span(name) for name in match.groupdict() if match[name]}
            cut = len(said)  # a long text goes on behind it
            return {n: (a, len(text) if b == cut else b) for n, (a, b) in spans.items()}
    return None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\s*{_POLITE}(?:{pattern})[\s.!?]*", re.IGNORECASE | re.DOTALL)


@lru_cache(maxsize=8)
def _encoded(encoder: Encoder, texts: tuple[str, ...]) -> Any:
    """Return the vectors of the examples; they take 2 s, so a process makes them once."""
    import numpy as np

    return np.asarray(encoder.encode(texts))


def _plain(text: str) -> str:
    """Return the sentence with one day, one name, one number: what it asks for is what differs."""
    text = _ADDRESS.sub("Ada", grammar("en").day.sub("on Friday", text))
    return re.sub(r"\d+(?:[.,]\d+)*", "7", _NAME.sub("Ada", text))


def _overlap(one: str, other: str) -> float:
    """Return the share of words two sentences have in common (Dice); common words count little."""
    ones, others = _weights(one), _weights(other)
    shared = sum(min(ones[word], others[word]) for word in ones.keys() & others.keys())
    return 2 * shared / (sum(ones.values()) + sum(others.values()) or 1)


@lru_cache(maxsize=WEIGHTS_KEPT_MAX)
def _weights(text: str) -> dict[str, float]:
    return {word.text: 0.2 if len(word.text) < 4 else 1.0 for word in tokens(text)}

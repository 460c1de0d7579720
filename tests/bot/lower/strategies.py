"""Any message at all: every part, nested folds, long, strange and hostile texts."""

from hypothesis import strategies as st

from engine.chat.messages import (
    Bullets,
    Button,
    Evidence,
    Facts,
    FieldDiff,
    FieldRow,
    File,
    Fold,
    Form,
    Heading,
    Input,
    Msg,
    Para,
    Part,
    Progress,
    Quote,
    Span,
    TextDiff,
)

LONG_CHARS = 200_000
STRANGE = (
    *(
        "👩‍💻",
        "❤️",
        "🇩🇪🇦🇹",
        "e\u0301",
        "مرحبا بكم",
        "שלום",
        "p\u0430ypal",
        "\u202egnp.exe",
        "\u200b",
    ),
    *("<b>", "</blockquote>", "&lt;script>", "<!--", "'\"", "{0}", "%s", "\x00", "\r\n"),
    *("https://evil.example/x?a=1&b=2", "a@b.example", "@someone", "/approve", "#tag", "evil.com"),
    *("2,640 EUR", "DE89 3704 0044 0532 0130 00", "4 December 2026", "\n\n", "\n", " ", "— …", "x"),
)

words = st.lists(st.sampled_from(STRANGE) | st.text(max_size=8), max_size=12).map(" ".join)
lines = st.lists(words, max_size=40).map("\n".join)
texts = words | lines
labels = st.text(min_size=1, max_size=24).filter(str.strip) | st.just("✓ Approve")

spans = st.builds(
    Span,
    text=texts,
    style=st.sampled_from(["plain", "bold", "italic", "strike", "code"]),
    link=st.none()
    | st.sampled_from(["https://ok.example/a?b=1&c='\"", "https://no.example", "/why"]),
)
rows = st.builds(
    FieldRow,
    label=words,
    old=st.none() | texts,
    new=st.none() | texts,
    source=words,
    derived=st.booleans(),
)
facts = st.builds(
    Facts,
    why=texts,
    evidence=st.lists(st.builds(Evidence, label=words, ref=words), max_size=8).map(tuple),
    risk=words,
    policy=words,
    cost=words,
    undo=words,
    expires=words,
)
steps = st.builds(
    Progress.Step,
    title=texts,
    state=st.sampled_from(["pending", "running", "waiting", "done", "error", "compensated"]),
    detail=words,
)
leaves = st.one_of(
    st.builds(Para, spans=st.lists(spans, max_size=4).map(tuple)),
    st.builds(Heading, text=texts),
    st.builds(Bullets, items=st.lists(texts, max_size=30).map(tuple)),
    st.builds(Quote, text=texts, who=words),
    st.builds(FieldDiff, rows=st.lists(rows, max_size=40).map(tuple)),
    st.builds(TextDiff, old=texts | st.just(""), new=texts | st.just("")),
    facts,
    st.builds(Progress, steps=st.lists(steps, max_size=20).map(tuple)),
)
edits = lines.flatmap(
    lambda text: st.builds(
        lambda old, new: TextDiff(old=text, new=text.replace(old, new)), words, words
    )
)
parts = st.recursive(
    leaves | edits,
    lambda inner: st.builds(Fold, title=words, parts=st.lists(inner, max_size=4).map(tuple)),
    max_leaves=6,
)
long_texts = st.builds(
    lambda seed, size: (seed * (size // max(1, len(seed)) + 1))[:size],
    lines.filter(bool) | st.text(min_size=1, max_size=60),
    st.sampled_from([5000, 50_000, LONG_CHARS]),
)
long_parts = st.one_of(
    st.builds(lambda text: Para(spans=(Span(text=text),)), long_texts),
    st.builds(lambda text: Fold(title="all of it", parts=(Quote(text=text),)), long_texts),
    st.builds(lambda text: TextDiff(old="", new=text), long_texts),
    st.builds(
        lambda text, old, new: TextDiff(old=text, new=text.replace(old, new, 9)),
        *(long_texts, words, words),
    ),
    st.builds(TextDiff, old=lines, new=long_texts),
    st.builds(lambda text: FieldDiff(rows=(FieldRow(label="x", old="y", new=text),)), long_texts),
    st.builds(lambda text: Bullets(items=(text, text[:9000])), long_texts),
    st.builds(lambda text: Facts(why=text, risk="money"), long_texts),
    st.builds(lambda text: Heading(text=text), long_texts),
)
inputs = st.builds(
    Input,
    id=st.text("abcdef", min_size=1, max_size=8),
    label=words,
    kind=st.sampled_from(["text", "multiline", "number", "date", "choice"]),
    initial=words,
    choices=st.lists(words, max_size=3).map(tuple),
)
buttons = st.builds(
    Button,
    label=labels,
    action=st.sampled_from(["approve", "reject", "edit"]),
    ref=st.just("apr_1"),
    style=st.sampled_from(["plain", "ok", "danger"]),
    disabled=st.booleans(),
    form=st.none() | st.builds(Form, title=labels, fields=st.lists(inputs, max_size=3).map(tuple)),
)
button_rows = st.lists(st.lists(buttons, min_size=1, max_size=8).map(tuple), max_size=12).map(tuple)
files = st.lists(
    st.builds(File, name=words, mime=st.just("text/plain"), digest=st.just("00")), max_size=3
)


def said(*parts_of: st.SearchStrategy[Part]) -> st.SearchStrategy[Msg]:
    return st.builds(
        Msg,
        key=words,
        summary=words.map(lambda text: text[:200]),
        parts=st.tuples(*parts_of) if parts_of else st.lists(parts, max_size=5).map(tuple),
        buttons=button_rows | st.just(()),
        files=files.map(tuple),
        silent=st.booleans(),
        sensitivity=st.sampled_from(["public", "private"]),
    )


messages = said()
long_messages = said(parts, long_parts) | said(long_parts)

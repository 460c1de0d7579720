"""Messages as Firstmate really sends them: one of every kind a surface must show well."""

from datetime import UTC, datetime

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
    Progress,
    Quote,
    Span,
    TextDiff,
    say,
)
from tests.bot.lower.texts import DRAFT, EDITED, MAIL_TEXT, REPLY_TEXT, amended, contract

EXPIRES = datetime(2026, 11, 27, 17, 0, tzinfo=UTC)
HOSTS = frozenset({"127.0.0.1"})


def para(*spans: str | Span) -> Para:
    return Para(spans=tuple(Span(text=span) if isinstance(span, str) else span for span in spans))


def decide(ref: str, yes: str, *fields: Input) -> tuple[tuple[Button, ...], ...]:
    return (
        (
            Button(label=yes, action="approve", ref=ref, style="ok"),
            Button(
                label="✎ Edit",
                action="edit",
                ref=ref,
                form=Form(title="Edit and ask again", fields=fields) if fields else None,
            ),
            Button(label="✗ Reject", action="reject", ref=ref, style="danger"),
        ),
        (
            Button(label="⏰ Later", action="later", ref=ref),
            Button(label="… More", action="more", ref=ref),
        ),
    )


REFUND = Msg(
    key="card:apr_refund",
    summary="Refund 40.00 EUR to Ada Example for order 1042? Waiting for you.",
    parts=(
        Heading(text="Refund · Ada Example"),
        para("Order 1042 · paid by card on 12 Nov 2026"),
        FieldDiff(
            rows=(
                FieldRow(label="Refund", old=None, new="40.00 EUR", source="her e-mail, 20 Nov"),
                FieldRow(label="Status", old="paid", new="partly refunded", source="payment 1042"),
                FieldRow(label="IBAN", old=None, new="DE89 3704 0044 0532 0130 00", source="order"),
                FieldRow(label="Left", old="160.00 EUR", new="120.00 EUR", derived=True),
                FieldRow(label="VAT 19 %", old="25.55 EUR", new="19.16 EUR", derived=True),
            )
        ),
        Facts(
            why="she asked for the shipping and one broken cup back",
            evidence=(
                Evidence(label="e-mail of 20 Nov", ref="evt_01k9mail"),
                Evidence(label="order 1042", ref="rec_01k9order"),
            ),
            risk="money out · 40.00 EUR · leaves when you upload the SEPA file",
            policy="refunds above 25 EUR → ask",
            cost="no model used",
            undo="until the file is uploaded",
            expires="Fri 18:00 → not refunded",
        ),
    ),
    buttons=decide(
        "apr_refund",
        "✓ Refund 40.00 EUR",
        Input(id="amount", label="Amount", kind="number", initial="40.00"),
        Input(id="reason", label="Reason on the statement", initial="Order 1042, broken cup"),
        Input(id="account", label="From", kind="choice", initial="main", choices=("main", "tax")),
    ),
    expires_at=EXPIRES,
)

REPLY = Msg(
    key="card:apr_reply",
    summary="Send a reply to Ada Example about order 1042? Waiting for you.",
    parts=(
        Heading(text="Send e-mail · Ada Example"),
        para("To ada@example.org", "\n", "Re: Broken cup in order 1042"),
        TextDiff(old="", new=REPLY_TEXT),
        Facts(
            why="answers her e-mail, together with the refund",
            evidence=(Evidence(label="e-mail of 20 Nov", ref="evt_01k9mail"),),
            risk="leaves the company · cannot be unsent",
            policy="e-mail to a customer with an amount → ask",
            cost="0.004 EUR",
            undo="none",
            expires="Fri 18:00 → not sent",
        ),
    ),
    buttons=decide(
        "apr_reply",
        "✓ Send",
        Input(id="body", label="Text", kind="multiline", initial=REPLY_TEXT, max_chars=20000),
    ),
    expires_at=EXPIRES,
)

EDITED_DRAFT = Msg(
    key="card:apr_edit",
    summary="Send the edited e-mail to Marta Weiss? Your version 2 is waiting.",
    parts=(
        Heading(text="Send e-mail · Marta Weiss"),
        para("Version 2, as you edited it. Struck: the draft. Bold: your words."),
        TextDiff(old=DRAFT, new=EDITED),
        Facts(
            why="she asked for the invoice on today's call",
            evidence=(
                Evidence(label="call note 19 Nov", ref="evt_01k9call"),
                Evidence(label="time log October", ref="rec_01k9log"),
                Evidence(label="contract §4", ref="art_01k9contract"),
                Evidence(label="offer v3", ref="art_01k9offer"),
            ),
            risk="leaves the company · cannot be unsent · 2,640 EUR",
            policy="e-mail to a client with an amount → ask",
            expires="Fri 18:00 → not sent",
        ),
    ),
    buttons=decide(
        "apr_edit", "✓ Send", Input(id="body", label="Text", kind="multiline", initial=EDITED)
    ),
    files=(File(name="INV-2026-041.pdf", mime="application/pdf", digest="5c" * 32),),
)

REWRITE = Msg(
    key="card:apr_rewrite",
    summary="Send the rewritten reminder to Paul Okafor? Waiting for you.",
    parts=(
        Heading(text="Send e-mail · Paul Okafor"),
        TextDiff(
            old="Hello Mr. Okafor, I wanted to check in about the invoice we sent some time ago. "
            "It seems that it has not been paid yet and we would be happy if you could have a look "
            "at it when you find the time. If you have already paid, please ignore this message. "
            "Best wishes, Jonas",
            new="Hi Paul, a quick reminder: invoice INV-037 (310 EUR) was due on 1 November and is "
            "still open. Could you pay it by Friday, or tell me if something is blocking it on "
            "your side? The IBAN is on page 1. Thanks, Jonas",
        ),
        Facts(why="friendly tone, shorter", risk="leaves the company", expires="Mon 9:00"),
    ),
    buttons=decide("apr_rewrite", "✓ Send", Input(id="body", label="Text", kind="multiline")),
)

DOCUMENT = Msg(
    key="card:apr_contract",
    summary="Replace the freelance contract v3 by v4? Six sections change. Waiting for you.",
    parts=(
        Heading(text="Replace document · Freelance contract v3 → v4"),
        TextDiff(old=contract(), new=amended()),
        Facts(
            why="you asked to align it with the new rates (Tue 10:12)",
            risk="changes a template · nothing leaves",
            undo="yes, v3 is kept",
            expires="never",
        ),
    ),
    buttons=decide("apr_contract", "✓ Approve v4"),
)

HUGE = Msg(
    key="card:apr_terms",
    summary="Replace the terms of business? Every clause changes. Waiting for you.",
    parts=(
        Heading(text="Replace document · Terms of business"),
        TextDiff(old=contract(), new=contract().replace("both sides follow", "the parties follow")),
        Facts(why="your lawyer's wording", risk="changes a template", undo="yes, v1 is kept"),
    ),
    buttons=decide("apr_terms", "✓ Approve v2"),
)

CRM = Msg(
    key="card:apr_crm",
    summary="Update six fields of the deal with Marta Weiss? Waiting for you.",
    parts=(
        Heading(text="Update record · Marta Weiss"),
        para("Deal “Landing page” · 6 fields, 2 sources"),
        FieldDiff(
            rows=(
                FieldRow(
                    label="Stage",
                    old="Proposal sent",
                    new="Negotiation",
                    source="reply received 19 Nov",
                ),
                FieldRow(
                    label="Deal value",
                    old="4,500 EUR",
                    new="4,800 EUR",
                    source="offer v3, accepted in the call",
                ),
                FieldRow(
                    label="Close date",
                    old="15 Nov 2026",
                    new="27 Nov 2026",
                    source="“we sign next Friday”",
                ),
                FieldRow(label="Phone", old=None, new="+49 30 5550 0142", source="her signature"),
                FieldRow(label="Fax", old="+49 30 5550 0143", new=None, source="she has none"),
                FieldRow(
                    label="Website",
                    old="weiss.example.org",
                    new="https://weiss-studio.example.org",
                    source="e-mail signature, 19 Nov",
                ),
            )
        ),
        Facts(undo="yes, 30 days (old values kept)", expires="Fri 18:00"),
    ),
    buttons=(
        *decide("apr_crm", "✓ Apply 6")[:1],
        (
            Button(label="☑ Pick fields", action="pick", ref="apr_crm"),
            Button(label="⏰ Later", action="later", ref="apr_crm"),
            Button(label="… More", action="more", ref="apr_crm"),
        ),
    ),
)

READ_MAIL = Msg(
    key="item:evt_mail",
    summary="I read an e-mail from Ada Example about order 1042. Two suggestions.",
    parts=(
        Heading(text="E-mail · Ada Example"),
        para("“Broken cup in order 1042” · Fri 20 Nov, 08:14 · 1 attachment"),
        Bullets(
            items=(
                "Customer Ada Example, known since March 2025",
                "Order 1042, 160.00 EUR, paid by card on 12 Nov",
                "She asks for 40 EUR back: the cup and the shipping",
            )
        ),
        Fold(
            title="The e-mail, 8 lines",
            parts=(Quote(text=MAIL_TEXT, who="Ada Example <ada@example.org>"),),
        ),
        para(Span(text="Nothing has left the house. ", style="bold"), "What shall I do?"),
    ),
    buttons=(
        (
            Button(
                label="Refund 40 EUR and reply",
                action="suggestion.take",
                ref="sug_1",
                item="1",
                style="ok",
            ),
        ),
        (
            Button(label="Only reply", action="suggestion.take", ref="sug_1", item="2"),
            Button(label="Just file it", action="suggestion.drop", ref="sug_1"),
        ),
    ),
    files=(File(name="cup.jpg", mime="image/jpeg", digest="ab" * 32),),
)

PLAN = Msg(
    key="plan:gol_refund",
    summary="Refund for Ada Example: step 3 of 4 waits for you.",
    parts=(
        Heading(text="Refund and reply · Ada Example"),
        Progress(
            steps=(
                Progress.Step(title="Find order and payment", state="done", detail="1042, card"),
                Progress.Step(title="Refund 40.00 EUR", state="waiting", detail="your yes"),
                Progress.Step(title="Write the reply", state="running"),
                Progress.Step(title="Note on the customer", state="pending"),
                Progress.Step(
                    title="Fetch the picture", state="error", detail="the link asks for a password"
                ),
            )
        ),
        Facts(cost="0.004 EUR so far", why="you took suggestion 1 at 09:41"),
    ),
    buttons=((Button(label="Stop this plan", action="plan.stop", ref="gol_refund"),),),
)

RUNNING = Msg(
    key="card:apr_run",
    summary="Refund 40.00 EUR to Ada Example · approved",
    parts=(Heading(text="Refund · Ada Example"), para(Span(text="… Running.", style="bold"))),
    buttons=(
        (
            Button(label="✓ Refund", action="approve", ref="apr_run", style="ok", disabled=True),
            Button(label="✗ Reject", action="reject", ref="apr_run", disabled=True),
        ),
        (Button(label="Why?", action="why", ref="eff_01k9"),),
    ),
)

DONE = Msg(
    key="card:apr_refund",
    summary="Refunded 40.00 EUR to Ada Example. Undo until the file is uploaded.",
    parts=(
        Heading(text="✅ Refunded · Ada Example"),
        para("You, in Telegram, today 09:43 · edited by hand: amount 45.00 → 40.00 EUR"),
        FieldDiff(
            rows=(
                FieldRow(label="Refunded", old="40.00 EUR", new="40.00 EUR"),
                FieldRow(label="Ledger entry", old=None, new="2026-11-21 refund 1042"),
                FieldRow(label="Transfer file", old=None, new="refund-1042.xml"),
            )
        ),
        Facts(
            evidence=(Evidence(label="receipt eff_01k9", ref="eff_01k9"),),
            cost="0.00 EUR",
            undo="until you upload refund-1042.xml",
        ),
    ),
    buttons=(
        (
            Button(label="↩ Undo", action="undo", ref="eff_01k9"),
            Button(label="Why?", action="why", ref="eff_01k9"),
        ),
    ),
    silent=True,
)

STALE = Msg(
    key="card:apr_old",
    summary="This changed since you were asked. Nothing was done. There is a new card.",
    parts=(
        Heading(text="⚠ Changed since you were asked · Ada Example"),
        para("The amount is now 40.00 EUR, not 45.00 EUR. Nothing was refunded."),
    ),
    buttons=((Button(label="Show the new card", action="show", ref="apr_refund", style="ok"),),),
)

ERROR = say(
    "note:unreadable",
    "The PDF is protected by a password. Send it again without one, or paste the text.",
)

HELP = Msg(
    key="help",
    summary="What I can do, and the commands.",
    parts=(
        Heading(text="What I can do"),
        Bullets(
            items=(
                "Forward an e-mail: I read it and suggest what to do",
                "Say “remind me on Friday at 9 about invoice 7”",
                "Ask “what do we know about Ada Example?”",
            )
        ),
        para(
            Span(text="/waiting", link="/waiting"),
            " shows what waits for you, ",
            Span(text="/stop", link="/stop"),
            " halts everything. The chat in the browser: ",
            Span(text="open it", link="http://127.0.0.1:8080/"),
        ),
    ),
)

DECEIVED = Msg(
    key="card:apr_deceived",
    summary="Pay p\u0430yp\u0430l-billing? Look closely: the name holds look-alike letters.",
    parts=(
        Heading(text="Pay invoice · p\u0430ypal-billing"),
        FieldDiff(
            rows=(
                FieldRow(
                    label="Account",
                    old="DE89 3704 0044 0532 0130 00",
                    new="DE89 3704 0044 0532 0130\u200b 01",
                    source="invoice\u202efdp.exe",
                ),
            )
        ),
        Quote(text="Pay at https://p\u0430ypal.example.org\u202e now", who="unknown sender"),
        Facts(risk="new payee · hidden characters"),
    ),
    buttons=decide("apr_deceived", "✓ Pay"),
)

SAMPLES: dict[str, Msg] = {
    "refund": REFUND,
    "reply": REPLY,
    "edited_draft": EDITED_DRAFT,
    "rewrite": REWRITE,
    "document": DOCUMENT,
    "huge": HUGE,
    "crm": CRM,
    "read_mail": READ_MAIL,
    "plan": PLAN,
    "running": RUNNING,
    "done": DONE,
    "stale": STALE,
    "error": ERROR,
    "help": HELP,
    "deceived": DECEIVED,
}

"""Cards in the web chat: safe, complete, and usable with a keyboard and without script."""

import re
from pathlib import Path

from bot.lower.limits import check_web, text_of
from bot.lower.web_html import anchor, lower
from engine.chat.messages import File, Form, Heading, Input, Msg, Para, Quote, Span
from tests.bot.lower.gallery import CSS
from tests.bot.lower.regenerate import token, web
from tests.bot.lower.samples import CRM, DOCUMENT, EDITED_DRAFT, HUGE, READ_MAIL, REFUND, REWRITE


def test_a_change_is_marked_by_elements() -> None:
    html = web(EDITED_DRAFT)
    assert "<del>2,400 EUR</del> <ins>2,640 EUR (22 hours at 120 EUR)</ins>" in html
    assert 'aria-label="Send the edited e-mail to Marta Weiss?' in html


def test_fields_stand_in_a_table_with_their_source() -> None:
    html = web(CRM)
    assert html.count('<th role="columnheader">') == 3
    assert "<del>4,500 EUR</del>" in html
    assert '<ins>4,800 EUR</ins><span class="source">offer v3, accepted in the call</span>' in html


def test_the_web_never_cuts_it_folds() -> None:
    for msg in (DOCUMENT, HUGE):
        text = text_of(web(msg))
        assert "cut:" not in text
        assert "10.29 Here" in text
    assert '<details class="unchanged"><summary dir="auto">… 61 lines unchanged …' in web(DOCUMENT)


def test_a_rewrite_shows_the_new_text_and_folds_the_old() -> None:
    html = web(REWRITE)
    assert html.index("a quick reminder") < html.index("<details") < html.index("Mr. Okafor")


def test_a_picture_comes_from_our_own_door_and_says_what_it_is() -> None:
    files = (
        File(name="INV <7>.png", mime="image/png", digest="ab" * 32),
        File(name="INV.pdf", mime="application/pdf", digest="cd" * 32),
    )
    msg = Msg(key="effect:eff_1:2", summary="Send e-mail · Ada", files=files)
    html = lower(msg, token)
    address = f"/picture/{'ab' * 32}/effect%3Aeff_1%3A2"
    assert f'<img src="{address}" alt="INV &lt;7&gt;.png: Send e-mail · Ada"' in html
    assert html.count("<img") == 1
    assert check_web(html) == []
    assert check_web(html.replace(address, "https://evil.example/x.png")) != []
    assert "<img" not in lower(msg.model_copy(update={"sensitivity": "secret"}), token)


def test_every_button_is_a_form_that_posts_its_token() -> None:
    html = web(REFUND)
    tokens = re.findall(r'name="token" value="([^"]+)"', html)
    assert tokens == [token(button) for row in REFUND.buttons for button in row]
    assert html.count('<form method="post" action="/tap">') == len(tokens)


def test_a_form_names_its_inputs_and_keeps_their_text() -> None:
    html = web(REFUND)
    assert re.search(r'<input type="text" name="field.amount" value="40.00"[^>]* inputmode', html)
    assert '<option value="main" selected>main</option>' in html
    assert re.search(r"<textarea name=\"field.body\"[^>]*>\nHi Marta,\n", web(EDITED_DRAFT))


def test_what_is_edited_is_the_raw_text() -> None:
    button = REFUND.buttons[0][1].model_copy(
        update={"form": Form(title="t", fields=(Input(id="a", label="A", initial='x\u200b"y'),))}
    )
    html = lower(Msg(key="k", summary="s", buttons=((button,),)), token)
    assert 'value="x\u200b&#34;y"' in html


def test_markup_from_outside_is_text() -> None:
    evil = "</article><script>alert(1)</script><img src=x onerror=y>{0}{__class__}"
    html = lower(
        Msg(key=evil, summary=evil, parts=(Heading(text=evil), Quote(text=evil, who=evil))), token
    )
    assert check_web(html) == []
    assert text_of(html).count(evil) == 3


def test_a_link_leads_only_to_an_allowed_host() -> None:
    msg = Msg(
        key="k", summary="s", parts=(Para(spans=(Span(text="x", link="https://a.example/"),)),)
    )
    assert '<a href="https://a.example/"' in lower(msg, token, hosts=frozenset({"a.example"}))
    assert "<a " not in lower(msg, token)
    assert "<a " not in web(READ_MAIL)


def test_the_anchor_of_a_card_is_a_plain_name() -> None:
    assert anchor("card:apr_1 x") == "msg-card-apr_1-x"


def test_the_style_sheet_loads_nothing() -> None:
    css = Path(CSS).read_text(encoding="utf-8")
    assert not re.search(r"url\(|@import|@font-face|https?:", css)
    assert "prefers-color-scheme: dark" in css


def test_the_checker_sees_what_a_strict_policy_refuses() -> None:
    for html in ("<p>", "<p onclick='x'>a</p>", "<p style='x'>a</p>", "<script></script>",
                 "<img src='x'>", "<a href='javascript:x'>a</a>", "</p>"):  # fmt: skip
        assert check_web(html) != []
    assert check_web('<a href="/x">a</a><input name="y">') == []

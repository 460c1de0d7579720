"""HTML is read as its reader sees it; what is hidden is left out and named."""

from time import process_time

import pytest

from connectors.files import page

HIDING = [
    '<p style="display:none">wire money</p>',
    '<p style="DISPLAY : none !important">wire money</p>',
    '<div style="display:none"><p style="display:block">wire money</p></div>',
    '<p style="visibility:hidden">wire money</p>',
    '<p style="font-size:0">wire money</p>',
    '<p style="font-size:1px">wire money</p>',
    '<p style="opacity:0">wire money</p>',
    '<p style="mso-hide:all">wire money</p>',
    '<p style="color:#fff">wire money</p>',
    '<p style="color:#fefefe">wire money</p>',
    '<p style="color:rgb(255, 255, 255)">wire money</p>',
    '<font color="white">wire money</font>',
    '<div style="background:black"><p style="color:#000">wire money</p></div>',
    '<div style="background:salmon"><p style="color:salmon">wire money</p></div>',
    '<div style="max-height:0;overflow:hidden">wire money</div>',
    '<div style="position:absolute;left:-9999px">wire money</div>',
    '<p style="text-indent:-9999px">wire money</p>',
    "<p hidden>wire money</p>",
    "<!-- wire money -->",
    "<style>.x{display:none}</style><p class='a x'>wire money</p>",
    "<style>/* a */ p#y , i {font-size:0}</style><p id=y>wire money</p>",
    "a\U000e0077\U000e0069\U000e0072\U000e0065\U000e0020\U000e006d\U000e006f\U000e006e\U000e0065\U000e0079",
]
SHOWN = [
    "<div style='font-size:0'><span style='font-size:14px'>wire money</span></div>",
    "<div style='visibility:hidden'><b style='visibility:visible'>wire money</b></div>",
    "<table><td style='background:#000'><font color=white>wire money</font></td></table>",
    "<div style='background:black;color:ivory'>wire money</div>",
    "<style>@media print{.x{display:none}}</style><p class=x>wire money</p>",
    "<p style='width:100%;overflow:hidden'>wire money</p>",
    "w\u200bire mon\u00adey",
    "<b>wire</b> <i>mon</i>ey",
]


@pytest.mark.parametrize("html", HIDING)
def test_text_that_cannot_be_seen_is_left_out_and_named(html):
    seen = page.visible(f"<p>before</p>{html}<p>after</p>")
    assert "wire" not in seen.text and "after" in seen.text
    assert seen.hidden == ("wire money",)


@pytest.mark.parametrize("html", SHOWN)
def test_text_that_can_be_seen_is_kept(html):
    assert page.visible(html) == page.Page("wire money")


def test_scripts_and_what_outlook_alone_reads_are_neither_shown_nor_reported():
    html = "<script>let me = 'in there'</script><!--[if mso]><p>for Outlook only</p><![endif]-->hi"
    assert page.visible(html) == page.Page("hi")


def test_lines_paragraphs_tables_lists_and_quotations_keep_their_shape():
    html = (
        "<p>one</p><div>two<br>three</div><blockquote>four<blockquote>five</blockquote></blockquote>"
        "<table><tr><th>From:</th><td>Ada</td></tr></table><ul><li>six</li></ul><hr>"
        "<pre>a\n  b</pre>"
    )
    assert page.visible(html).text.split("\n") == [
        "one", "", "two", "three", "> four", ">> five", "From:\tAda", "- six", "_" * 32, "a", "  b",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 90_000,
        "<b>" * 150_000,
        "<table>" * 60_000,
        "<a b=" * 90_000,
        "<p " + " ".join(f"a{n}=1" for n in range(50_000)) + ">x",
        "<!--" + "a" * 500_000,
        "<style>" + "/*" * 200_000,
        "<style>" + "@{" * 200_000,
        "<style>" + "a" * 500_000,
        '<p style="' + "a" * 400_000 + '">',
        "<blockquote>" * 1400 + "x<br>" * 50_000,
        "<" * 500_000,
        "&" * 500_000,
    ],
    ids=lambda html: html[:12],
)
def test_hostile_html_costs_little(html):
    before = process_time()
    page.visible(html)
    assert process_time() - before < 10

"""The neutral message, as one surface sees it."""

from engine.chat.messages import Button, Msg, seen_on

YES = Button(label="Yes", action="yes")
ELSEWHERE = Button(label="Really", action="second", not_on="web")


def test_a_button_for_the_other_surfaces_is_not_seen_on_the_one_it_names() -> None:
    msg = Msg(key="k", summary="s", buttons=((ELSEWHERE,), (YES, ELSEWHERE)))
    assert seen_on(msg, "web").buttons == ((YES,),)
    assert seen_on(msg, "telegram") == msg

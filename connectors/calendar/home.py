"""Which calendar is meant: found from whatever address of a provider the operator was given.

address ─▶ a calendar itself, or principal ─▶ calendar home ─▶ its calendars ─▶ the one, or the one
named (RFC 6764, 5397, 4791 §6.2.1).
"""

from urllib.parse import unquote, urljoin, urlsplit

from connectors import http
from connectors.calendar.dav import Account, Item, items, look, named
from connectors.contract import PermanentError

HOPS_MAX = 3
MOVED = (301, 302, 303, 307, 308)
WELL_KNOWN = "/.well-known/caldav"
PRINCIPAL = named("D", "current-user-principal")
HOME = named("C", "calendar-home-set")
TYPE = named("D", "resourcetype")
NAME = named("D", "displayname")
KINDS = named("C", "supported-calendar-component-set")
ASKED = (
    '<?xml version="1.0" encoding="utf-8"?><D:propfind xmlns:D="DAV:" '
    'xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:resourcetype/><D:displayname/>'
    "<D:current-user-principal/><C:calendar-home-set/><C:supported-calendar-component-set/>"
    "</D:prop></D:propfind>"
)
NO_CALENDAR = "There is no calendar at {url}. Look at FIRSTMATE_CALENDAR."
NONE_YET = "The account at {where} has no calendar yet. Make one there."
WHICH = "The account at {where} has several calendars: {names}. Name one: FIRSTMATE_CALENDAR_NAME."
NOT_ONE = "The account at {where} has no calendar {wanted}. It has: {names}."


async def find(account: Account) -> tuple[str, str]:
    """Return the address of the calendar, ending in “/”, and its name.

    PermanentError says what is wrong with the settings; the other errors are those of `dav.look`.
    """
    found = await _at(account, account.url)
    if urlsplit(account.url).path in ("", "/") and not (found and found.href(PRINCIPAL)):
        found = await _at(account, urljoin(account.url, WELL_KNOWN)) or found
    if found is None:
        raise PermanentError(NO_CALENDAR.format(url=account.url))
    if _calendar(found):
        return _folder(found.url), _name(found)
    if not found.href(HOME) and (principal := found.href(PRINCIPAL)):
        found = await _at(account, principal) or found
    if not (home := found.href(HOME)):
        raise PermanentError(NO_CALENDAR.format(url=account.url))
    answer = await look(account, "PROPFIND", home, ASKED, depth=1)
    return _chosen(account, [one for one in items(answer, home) if _calendar(one)])


def _chosen(account: Account, calendars: list[Item]) -> tuple[str, str]:
    where = http.host(account.url)
    names = ", ".join(f"“{_name(one)}”" for one in calendars)
    if account.name:
        wanted = account.name.casefold()
        fitting = [one for one in calendars if wanted in (_name(one).casefold(), _last(one))]
        if len(fitting) != 1:
            says = NOT_ONE.format(where=where, wanted=f"“{account.name}”", names=names or "none")
            raise PermanentError(says)
        return _folder(fitting[0].url), _name(fitting[0])
    if len(calendars) > 1:
        raise PermanentError(WHICH.format(where=where, names=names))
    if not calendars:
        raise PermanentError(NONE_YET.format(where=where))
    return _folder(calendars[0].url), _name(calendars[0])


async def _at(account: Account, url: str) -> Item | None:
    """Return what stands at an address, following where it moved to; None: nothing of ours."""
    for _ in range(HOPS_MAX):
        answer = await look(account, "PROPFIND", url, ASKED)
        if answer.status in MOVED and "location" in answer.headers:
            url = urljoin(url, answer.headers["location"])
            continue
        if answer.status != 207:
            return None
        return next(iter(items(answer, url)), None)
    return None


def _calendar(item: Item) -> bool:
    """Is it a calendar for events? One that says nothing of its kinds takes them all."""
    if not item.holds(TYPE, "C:calendar"):
        return False
    kinds = item.props.get(KINDS)
    return kinds is None or not len(kinds) or any(kind.get("name") == "VEVENT" for kind in kinds)


def _name(item: Item) -> str:
    return item.text(NAME) or _last(item)


def _last(item: Item) -> str:
    return unquote(urlsplit(item.url).path).rstrip("/").rpartition("/")[2]


def _folder(url: str) -> str:
    return url if url.endswith("/") else f"{url}/"

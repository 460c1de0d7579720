"""What a booking would change, told before anybody says yes: its fields, overlaps, free times."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from connectors.calendar import TIME, Booking, free
from connectors.calendar.free import Span
from connectors.calendar.taken import Meeting
from connectors.contract import Change, Option, Preview

UNINVITED = "Nobody is invited yet: the attendees only stand in the event."
AROUND = timedelta(days=1)  # whole days begin earlier or later elsewhere


def around(booking: Booking) -> Span:
    """Return the stretch of time in which a preview must know what is taken."""
    ahead = timedelta(days=free.DAYS_MAX) + AROUND
    return Span(booking.start - AROUND, booking.end + ahead)


def preview(
    booking: Booking, taken: Sequence[Meeting], unread: Sequence[str], now: datetime
) -> Preview:
    """Return the preview of a checked booking. `unread`: names of what could not be read."""
    fields = {
        "Start": f"{booking.start:{TIME}}",
        "End": f"{booking.end:{TIME}}",
        "Zone": booking.zone,
        "Attendees": ", ".join(booking.attendees),
        "Place": booking.place,
    }
    overlaps = [m for m in taken if m.start < booking.end and m.end > booking.start]
    notes = [
        f"overlaps: {m.title}, {_clock(m.start, booking)} to {_clock(m.end, booking)}"
        for m in overlaps
    ]
    notes += [f"{name} cannot be read, so its times are not known." for name in unread]
    notes += ["It starts in the past."] if booking.start < now else []
    notes += [UNINVITED] if booking.attendees else []
    return Preview(
        title=f"Book {booking.title} · {fields['Start']}",
        changes=tuple(Change(label, None, value) for label, value in fields.items() if value),
        text=booking.notes or None,
        notes=tuple(notes),
        facts={"overlaps": len(overlaps), "recipients": len(booking.attendees)},
        options=_options(booking, taken, overlaps, now),
    )


def _options(
    booking: Booking, taken: Sequence[Meeting], overlaps: Sequence[Meeting], now: datetime
) -> tuple[Option, ...]:
    """Offer free times beside one that overlaps; the nearest is recommended."""
    wished = Span(booking.start, booking.end)
    busy = [Span(meeting.start, meeting.end) for meeting in taken]
    spans = free.others(wished, busy, now) if overlaps else []
    if not spans:
        return ()
    with_what = ", ".join(meeting.title for meeting in overlaps)
    first = Option(f"{_length(wished)}, as asked; overlaps: {with_what}", _times(wished))
    return first, *(
        Option(f"{_length(span)}, free", _times(span), recommended=span is spans[0])
        for span in spans
    )


def _length(span: Span) -> str:
    same_day = span.start.date() == span.end.date()
    return f"{span.start:{TIME}} to {span.end:{'%H:%M' if same_day else TIME}}"


def _times(span: Span) -> dict[str, str]:
    return {"start": span.start.isoformat(), "end": span.end.isoformat()}


def _clock(moment: datetime, booking: Booking) -> str:
    return f"{moment.astimezone(booking.start.tzinfo):{TIME}}"

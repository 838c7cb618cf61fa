"""What is owed over all of a person's classes that are over: what does not end with the class (domain.md §3)."""

from typing import Any, TypeAlias

from ..domain.actors import Actor
from ..domain.owed import Owed, owed
from ..domain.views import Audience, audience_of, view
from .live import Live
from .rosters import MAX_MEETINGS, Rosters

Shown: TypeAlias = dict[str, Any]
REACH_MS = 60 * 86_400_000
"""How long after class its debts are still listed: eight weeks of a term. The class's own report has them for good."""
EARLY_MS = 86_400_000
"""A class that was begun before its time may be over before it."""
NOT_OVER = {"scheduled", "lobby", "live", "cancelled"}


async def owed_work(rosters: Rosters, live: Live, actor: Actor, now: int) -> list[Shown]:
    """Each as `{meeting_id, title, section_title, part, question_id, plan_id, announcement_id, kind, site_id,
    site_name, student_id, text, what, due_at}`, the first due first.

    Of a class that is live, its own screen tells.
    """
    found: list[Shown] = []
    after: str | None = None
    while True:
        page = await rosters.meetings_of(actor, since=now - REACH_MS, until=now + EARLY_MS, after=after)
        for meeting in page:
            if meeting["status"] not in NOT_OVER and _may_owe(meeting["summary"]):
                found += await _of(live, actor, meeting)
        if len(page) < MAX_MEETINGS:
            break
        after = page[-1]["id"]
    names = await rosters.site_names({one["site_id"] for one in found})
    named = [one | {"site_name": names[one["site_id"]]} for one in found]
    return sorted(named, key=_by_due)


def _by_due(one: Shown) -> tuple[int, str, str]:
    return one["due_at"], one["question_id"] or one["plan_id"] or one["announcement_id"], one["site_id"]


def _may_owe(summary: Shown) -> bool:
    """Read from the head alone: most classes owe nothing, and need not be loaded for it. The head of a class to which
    nothing has happened since an earlier release does not know."""
    return summary.get("owed") != 0


async def _of(live: Live, actor: Actor, meeting: Shown) -> list[Shown]:
    stream = await live.stream(meeting["stream"])
    audience = audience_of(stream.state, actor)
    if audience is None:
        return []
    return [_shown(stream.state, audience, meeting, one) for one in owed(stream.state, audience)]


def _shown(state: Any, audience: Audience, meeting: Shown, one: Owed) -> Shown:
    ids = {"question": one.question_id, "catch_up": one.plan_id, "announcement": one.announcement_id}
    kind, id = next((kind, id) for kind, id in ids.items() if id is not None)
    seen = view(state, kind, id, audience) or {}
    return {
        "meeting_id": meeting["id"],
        "title": meeting["title"],
        "section_title": meeting["section_title"],
        "part": audience.part,
        "question_id": one.question_id,
        "plan_id": one.plan_id,
        "announcement_id": one.announcement_id,
        "kind": seen.get("kind"),
        "site_id": one.site_id,
        "student_id": seen.get("student_id"),
        "text": seen.get("text", seen.get("note")),
        "what": one.what,
        "due_at": one.due_at,
    }

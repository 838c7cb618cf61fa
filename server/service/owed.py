"""What is owed over all of a person's classes that are over: what does not end with the class (domain.md §3)."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, TypeAlias

from ..domain.actors import Actor
from ..domain.owed import Owed, owed
from ..domain.views import Audience, audience_of, view
from .live import Live
from .rosters import Owing, Rosters

Shown: TypeAlias = dict[str, Any]
REACH_MS = 60 * 86_400_000
"""How long after class its debts are still listed: eight weeks of a term. The class's own report has them for good."""
MAX_DEBTS = 100
"""How many debts one answer holds: more than anybody does in a day."""
MAX_CLASSES = 400
"""How many classes are looked at for them. To a supervisor another room's class may owe nothing."""
PAGE = 100


async def owed_work(rosters: Rosters, live: Live, actor: Actor, now: int) -> Shown:
    """`{owed, is_cut}`, the first due first; `is_cut`: there is, or may be, more than the `MAX_DEBTS` that are told.

    Each as `{meeting_id, title, section_title, part, question_id, plan_id, announcement_id, kind, site_id, site_name,
    student_id, text, what, due_at}`. Of a class that is live, its own screen tells.
    """
    found: list[Shown] = []
    is_cut, looked_at = False, 0
    async for meeting in _owing(rosters, actor, now - REACH_MS):
        # What comes from here on is due no earlier than this class's first.
        is_cut = looked_at == MAX_CLASSES or sum(one["due_at"] <= meeting.due_at for one in found) >= MAX_DEBTS
        if is_cut:
            break
        found += await _of(live, actor, meeting)
        looked_at += 1
        if looked_at % 20 == 0:
            await asyncio.sleep(0)  # Others have their turn in between.
    first = sorted(found, key=_by_due)[:MAX_DEBTS]
    names = await rosters.site_names({one["site_id"] for one in first})
    shown = [one | {"site_name": names[one["site_id"]]} for one in first]
    return {"owed": shown, "is_cut": is_cut or len(found) > MAX_DEBTS}


def _by_due(one: Shown) -> tuple[int, str, str]:
    return one["due_at"], one["question_id"] or one["plan_id"] or one["announcement_id"], one["site_id"]


async def _owing(rosters: Rosters, actor: Actor, since: int) -> AsyncIterator[Owing]:
    after: Owing | None = None
    while True:
        page = await rosters.owing(actor, since, after, PAGE)
        for meeting in page:
            yield meeting
        if len(page) < PAGE:
            return
        after = page[-1]


async def _of(live: Live, actor: Actor, meeting: Owing) -> list[Shown]:
    stream_id = f"meeting:{meeting.id}"
    stream = live.loaded(stream_id)
    if stream is None or stream.seq < meeting.seq:
        stream = await live.stream(stream_id)
    audience = audience_of(stream.state, actor)
    if audience is None:
        return []
    return [_shown(stream.state, audience, meeting, one) for one in owed(stream.state, audience)]


def _shown(state: Any, audience: Audience, meeting: Owing, one: Owed) -> Shown:
    ids = {"question": one.question_id, "catch_up": one.plan_id, "announcement": one.announcement_id}
    kind, id = next((kind, id) for kind, id in ids.items() if id is not None)
    seen = view(state, kind, id, audience) or {}
    return {
        "meeting_id": meeting.id,
        "title": meeting.title,
        "section_title": meeting.section_title,
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

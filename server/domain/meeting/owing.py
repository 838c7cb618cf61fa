"""What a class still owes its rooms: as long as there is any, it is not reconciled.

A site that takes no part in the meeting any more is owed nothing that could be brought there; a plan that it cannot
carry out any more is the teacher's to drop.
"""

from .announcements import unread
from .catch_up import open_plans
from .state import ON_WAY_BACK, OPEN, Meeting, is_unheard


def owed_in_words(state: Meeting) -> list[str]:
    """What is owed, a phrase with the ids for each kind; empty: nothing is."""
    here = [question for question in state.questions.values() if question.site_id in state.rooms]
    kinds = {
        "an answer to": [q for q in here if q.status in OPEN],
        "the way back of the answer to": [q for q in here if q.status in ON_WAY_BACK],
        "the site's word on the declined": [q for q in here if is_unheard(q)],
    }
    plans = [one.plan_id for one in open_plans(state)]
    unheard = [one.announcement_id for one in state.announcements.values() if unread(state, one)]
    owed = [f"{what} {_listed([q.question_id for q in found])}" for what, found in kinds.items() if found]
    owed += [f"the catch-up plan {_listed(plans)}"] if plans else []
    return owed + ([f"the reading out of the announcement {_listed(unheard)}"] if unheard else [])


MOST_NAMED = 5
"""How many ids one phrase names; it says how many more there are."""


def _listed(ids: list[str]) -> str:
    named = ", ".join(sorted(ids)[:MOST_NAMED])
    return named if len(ids) <= MOST_NAMED else f"{named} and {len(ids) - MOST_NAMED} more"

"""Who acts: roles, the permissions each role has, and an actor's reach over sites.

A permission says what kind of act a role may do at all. Whether *this* actor may do it to *this* meeting, room or
question is decided by the rule itself, from what the stream holds (who teaches the section, who supervises the room).
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class Role(StrEnum):
    """The people of domain.md, and `system`: the server itself, entering what the directory or the clock says."""

    TEACHER = "teacher"
    SUPERVISOR = "supervisor"
    REGISTRAR = "registrar"
    COORDINATOR = "coordinator"
    SYSTEM = "system"

    # Enum's own hash is Python code, and each command looks its permission up.
    __hash__ = str.__hash__


class Permission(StrEnum):
    """`resource:action`. A command or route names exactly one; nobody holds one that is not granted below."""

    ENTER_FACTS = "meeting:enter_facts"
    START_MEETING = "meeting:start"
    END_MEETING = "meeting:end"
    WATCH_MEETING = "meeting:watch"
    WATCH_PROGRAM = "program:watch"
    """See at one look what goes on in every class of the program."""
    READ_REPORT = "meeting:report"
    READ_ROSTER = "roster:read"
    WRITE_BRIEF = "brief:write"
    RELAY_QUESTION = "question:relay"
    SEE_QUESTION = "question:see"
    CLAIM_QUESTION = "question:claim"
    ANSWER_QUESTION = "question:answer"
    DECIDE_QUESTION = "question:decide"
    """Ask the site back, put off, reopen, decline."""
    MERGE_QUESTION = "question:merge"
    REVISE_QUESTION = "question:revise"
    """Say it again, withdraw it."""
    APPEAL_QUESTION = "question:appeal"
    """Acknowledge that it was declined, or object."""
    RETURN_ANSWER = "question:return"
    ERASE_TEXT = "question:erase"
    CALL_STUDENT = "student:call"
    ANSWER_CALL = "student:answer_call"
    ANNOUNCE = "announcement:make"
    RECEIVE_ANNOUNCEMENT = "announcement:receive"
    TELL_LINKS = "link:tell"
    MEASURE_LINK = "link:measure"
    END_DUTY = "duty:end"
    """End the duty of somebody who has signed on at another site in another class."""
    KEEP_DUTY = "duty:keep"
    """Sign on and off in a room, step out, hand over."""
    REPORT_READINESS = "readiness:report"
    """Check a room before class, and say that its brief was read and its accommodations were seen."""
    PLAN_CATCH_UP = "catch_up:plan"
    CARRY_OUT_CATCH_UP = "catch_up:carry_out"
    SETTLE_DUE = "meeting:settle_due"
    READ_DIRECTORY = "directory:read"
    EDIT_DIRECTORY = "directory:edit"
    OWN_SESSION = "session:own"
    """One's own account: who am I, sign out, sign out everywhere."""

    __hash__ = str.__hash__


_EVERYONE = frozenset({Permission.OWN_SESSION})

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.TEACHER: _EVERYONE
    | {
        Permission.START_MEETING,
        Permission.END_MEETING,
        Permission.WATCH_MEETING,
        Permission.READ_REPORT,
        Permission.READ_ROSTER,
        Permission.WRITE_BRIEF,
        Permission.SEE_QUESTION,
        Permission.CLAIM_QUESTION,
        Permission.ANSWER_QUESTION,
        Permission.DECIDE_QUESTION,
        Permission.MERGE_QUESTION,
        Permission.CALL_STUDENT,
        Permission.ANNOUNCE,
        Permission.PLAN_CATCH_UP,
    },
    Role.SUPERVISOR: _EVERYONE
    | {
        Permission.WATCH_MEETING,
        Permission.READ_REPORT,
        Permission.READ_ROSTER,
        Permission.RELAY_QUESTION,
        Permission.REVISE_QUESTION,
        Permission.APPEAL_QUESTION,
        Permission.RETURN_ANSWER,
        Permission.ANSWER_CALL,
        Permission.KEEP_DUTY,
        Permission.MEASURE_LINK,
        Permission.RECEIVE_ANNOUNCEMENT,
        Permission.REPORT_READINESS,
        Permission.CARRY_OUT_CATCH_UP,
    },
    Role.REGISTRAR: _EVERYONE | {Permission.READ_DIRECTORY},
    Role.COORDINATOR: _EVERYONE
    | {
        Permission.WATCH_MEETING,
        Permission.WATCH_PROGRAM,
        Permission.READ_REPORT,
        Permission.READ_ROSTER,
        Permission.READ_DIRECTORY,
        Permission.EDIT_DIRECTORY,
        Permission.ERASE_TEXT,
    },
    Role.SYSTEM: frozenset({Permission.ENTER_FACTS, Permission.SETTLE_DUE, Permission.TELL_LINKS, Permission.END_DUTY}),
}


@dataclass(frozen=True, slots=True)
class Grant:
    """One role, at one site or (`site_id` None) across the program."""

    role: Role
    site_id: str | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, in which program, with which grants. Built from the directory at sign-in, never from the wire."""

    person_id: str
    program_id: str
    grants: frozenset[Grant]

    def has_role(self, role: Role) -> bool:
        """Whether the actor holds the role, at any site."""
        return any(grant.role is role for grant in self.grants)

    def may(self, permission: Permission) -> bool:
        """Whether any of the actor's roles has the permission."""
        return permission in _permissions(self.grants)

    def site_scope(self, permission: Permission) -> frozenset[str] | None:
        """The sites over which the permission reaches; None means every site of the program.

        An actor without the permission reaches none: the empty set.
        """
        sites = {grant.site_id for grant in self.grants if permission in GRANTS[grant.role]}
        return None if None in sites else frozenset(site for site in sites if site is not None)


@lru_cache(maxsize=4_096)
def _permissions(grants: frozenset[Grant]) -> frozenset[Permission]:
    return frozenset().union(*[GRANTS[grant.role] for grant in grants])


SYSTEM_ID = "system"
"""Whom the record names for what the server itself did: nobody else's id."""


def system(program_id: str) -> Actor:
    """The server itself, when it enters what the directory says into a stream."""
    return Actor(SYSTEM_ID, program_id, frozenset({Grant(Role.SYSTEM)}))

"""A small program to act in: two schools in two time zones, one section, and somebody of each role."""

from collections.abc import Sequence

from server.domain.actors import Actor, Grant, Role, system
from server.service.directory import Directory
from tests.support.meetings import start_data

PROGRAM = "plains"
SYSTEM = system(PROGRAM)
TEACHER = Actor("tess", PROGRAM, frozenset({Grant(Role.TEACHER)}))
NORTH_SUPERVISOR = Actor("nora", PROGRAM, frozenset({Grant(Role.SUPERVISOR, "north")}))
SOUTH_SUPERVISOR = Actor("sol", PROGRAM, frozenset({Grant(Role.SUPERVISOR, "south")}))
REGISTRAR = Actor("reg", PROGRAM, frozenset({Grant(Role.REGISTRAR, "north")}))
COORDINATOR = Actor("cora", PROGRAM, frozenset({Grant(Role.COORDINATOR)}))
STRANGER = Actor("stan", "elsewhere", frozenset({Grant(Role.COORDINATOR)}))
BEGINS = {"begins_on": "2026-08-20"}


def _person(actor: Actor, given_name: str, family_name: str) -> list[tuple[str, object]]:
    [grant] = actor.grants
    person = {"id": actor.person_id, "given_name": given_name, "family_name": family_name}
    return [
        ("people", person | {"email": f"{actor.person_id}@school.example"}),
        (
            "grants",
            {
                "id": f"grant-{actor.person_id}",
                "person_id": actor.person_id,
                "role": grant.role.value,
                "site_id": grant.site_id,
            }
            | BEGINS,
        ),
    ]


def _student(student_id: str, given_name: str, family_name: str, site_id: str) -> list[tuple[str, object]]:
    student = {"id": student_id, "given_name": given_name, "family_name": family_name}
    enrolment = {"id": f"enrolment-{student_id}", "section_id": "physics", "student_id": student_id}
    return [
        ("students", student | {"state_id": f"MT-{student_id}", "grade_level": "11"}),
        ("enrolments", enrolment | {"site_id": site_id} | BEGINS),
    ]


ROWS: Sequence[tuple[str, object]] = [
    ("programs", {"id": PROGRAM, "name": "Plains Consortium", "time_zone": "America/Denver"}),
    ("sites", {"id": "north", "name": "North", "time_zone": "America/Denver", "jurisdiction": "US-MT"}
     | {"phone": "+1 406 555 0101"}),
    ("sites", {"id": "south", "name": "South", "time_zone": "America/Los_Angeles", "jurisdiction": "US-OR"}),
    ("courses", {"id": "course", "title": "Physics", "local_code": "PHY", "sced_code": "03151G1.0011"}),
    ("terms", {"id": "term", "title": "Autumn", "begins_on": "2026-08-20", "ends_on": "2026-12-18"}),
    ("sections", {"id": "physics", "course_id": "course", "term_id": "term", "title": "Physics 1"}),
    *_person(TEACHER, "Tess", "Adler"),
    *_person(NORTH_SUPERVISOR, "Nora", "Beck"),
    *_person(SOUTH_SUPERVISOR, "Sol", "Cruz"),
    *_person(REGISTRAR, "Reg", "Dale"),
    *_person(COORDINATOR, "Cora", "Engel"),
    ("licences", {"id": "lic", "person_id": "tess", "number": "1", "state": "MT"}
     | {"endorsement": "Physics 7–12", "valid_from": "2024-07-01", "valid_to": "2028-06-30"}),
    ("section_teachers", {"id": "taught", "section_id": "physics", "person_id": "tess"} | BEGINS),
    ("section_sites", {"id": "part-north", "section_id": "physics", "site_id": "north"} | BEGINS),
    ("section_sites", {"id": "part-south", "section_id": "physics", "site_id": "south"} | BEGINS),
    *_student("ann", "Ann", "Fox", "north"),
    *_student("bob", "Bob", "Gray", "north"),
    *_student("cal", "Cal", "Hart", "south"),
    ("accommodations", {"id": "acc", "student_id": "ann", "code": "extended_time"} | BEGINS),
    ("clearances", {"id": "clear", "person_id": "nora", "status": "cleared", "expires_on": "2027-06-30"}),
]  # fmt: skip

START_DATA = start_data("north", "south")
"""`meeting.start` of the school's class, to whose rooms nobody has come."""


async def found_school(directory: Directory) -> None:
    """Load the school, and a second program with a person and a site of its own."""
    await directory.create_all(SYSTEM, ROWS)
    elsewhere = system("elsewhere")
    await directory.create_all(
        elsewhere,
        [
            ("programs", {"id": "elsewhere", "name": "Elsewhere", "time_zone": "America/Chicago"}),
            ("sites", {"id": "far", "name": "Far", "time_zone": "America/Chicago", "jurisdiction": "US-IA"}),
            ("people", {"id": "stan", "given_name": "Stan", "family_name": "Ivy", "email": "stan@far.example"}),
        ],
    )

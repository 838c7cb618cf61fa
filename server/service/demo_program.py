"""The demo's people and places, all invented: four rural schools in two time zones, and one physics class."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

PROGRAM_ID = "high-divide"
SECTION_ID = "physics-1"
LAB_ID = "physics-1-lab"
LAB_PATTERN_ID = "physics-1-lab-weekly"
TEACHER_ID = "teacher"
COORDINATOR_ID = "coordinator"
ZONE = "America/Denver"
MEETING_TITLES = ("Friction", "Forces on an incline", "Tension and pulleys")
"""Yesterday's class, today's and tomorrow's."""


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody to play. `host` is the part of their sign-in link's host before `.localhost`."""

    id: str
    given_name: str
    family_name: str
    role: str
    site_id: str | None
    host: str

    @property
    def email(self) -> str:
        """Of a domain that can never receive mail."""
        return f"{self.given_name}.{self.family_name}@highdivide.example".lower()


PEOPLE = (
    DemoPerson(TEACHER_ID, "Chinwe", "Okafor", "teacher", None, "teacher"),
    DemoPerson("supervisor-pine-ridge", "Rosa", "Alvarez", "supervisor", "pine-ridge", "pine-ridge"),
    DemoPerson("supervisor-mesa-flats", "Kwame", "Osei", "supervisor", "mesa-flats", "mesa-flats"),
    DemoPerson("supervisor-harlow", "Teresa", "Reyes", "supervisor", "harlow", "harlow"),
    DemoPerson("supervisor-kettle-creek", "Marian", "Whitefeather", "supervisor", "kettle-creek", "kettle-creek"),
    DemoPerson("registrar", "Joan", "Lindqvist", "registrar", "pine-ridge", "registrar"),
    DemoPerson(COORDINATOR_ID, "Dana", "Whitlock", "coordinator", None, "coordinator"),
)

_SITES = (
    ("pine-ridge", "Pine Ridge", "America/Denver", "US-MT", "+1 406 555 0134"),
    ("mesa-flats", "Mesa Flats", "America/Los_Angeles", "US-OR", "+1 541 555 0172"),
    ("harlow", "Harlow", "America/Denver", "US-MT", "+1 406 555 0119"),
    ("kettle-creek", "Kettle Creek", "America/Denver", "US-WY", None),
)
"""Numbers that nobody has."""

_STUDENTS = {
    "pine-ridge": (
        "Ada Lindgren, Ben Castillo, Caleb Iverson, Dee Farrell, Elena Marsh, Grace Tollefson, Henry Yellowtail, "
        "Jonah Weiss, Kira Sandoval, Luke Berglund, Maya Torres, Owen Pruitt, Tess Larkin"
    ),
    "mesa-flats": (
        "Ana Becerra, Cruz Delgado, Eli Gunderson, Fay Hollis, Gus Novak, Hana Ito, Ivo Jansen, Jo Kimball, "
        "Noor Rahman, Pia Sorensen, Rafael Quint, Willa Boone"
    ),
    "harlow": (
        "Asa Crowe, Bridget Malloy, Darius Cole, Ingrid Hauge, Mateo Ruiz, Nell Abernathy, Sam Tsosie, Violet Kerr"
    ),
    "kettle-creek": ("Amos Redding, Clara Voss, Finn Gallagher, June Littlebear, Otis Harmon, Ruth Nakai, Theo Lund"),
}

_ACCOMMODATIONS = {
    ("pine-ridge", 4): ("extended_time", "separate_setting"),
    ("pine-ridge", 9): ("large_print",),
    ("mesa-flats", 0): ("extended_time",),
    ("mesa-flats", 8): ("translated_directions", "word_to_word_glossary"),
    ("harlow", 2): ("frequent_breaks",),
    ("kettle-creek", 3): ("text_to_speech", "extended_time"),
}
"""(site, place in its list) → codes."""


def program_rows(yesterday: str, today: str) -> Sequence[tuple[str, dict[str, Any]]]:
    """Everything but the meetings, as (kind, data) for the directory; everybody is in place by `yesterday`."""
    now, before = date.fromisoformat(today), date.fromisoformat(yesterday)
    year = before.year if before.month >= 7 else before.year - 1
    begins_on = f"{year}-07-01"
    term = {"id": f"year-{year}", "title": f"School year {year}–{year + 1}"}
    rows: list[tuple[str, dict[str, Any]]] = [
        ("programs", {"id": PROGRAM_ID, "name": "High Divide Physics Consortium", "time_zone": ZONE}),
        *(
            ("sites", {"id": site_id, "name": name, "time_zone": zone, "jurisdiction": jurisdiction, "phone": phone})
            for site_id, name, zone, jurisdiction, phone in _SITES
        ),
        ("courses", {"id": "physics", "title": "Physics", "local_code": "SCI-301", "sced_code": "03151G1.0011"}),
        ("terms", term | {"begins_on": begins_on, "ends_on": f"{year + 1}-07-31"}),
        ("sections", {"id": SECTION_ID, "course_id": "physics", "term_id": term["id"], "title": "Physics 1"}),
    ]
    for person in PEOPLE:
        rows += _person(person, begins_on, now)
    rows.append(("section_teachers", {"section_id": SECTION_ID, "person_id": TEACHER_ID, "begins_on": begins_on}))
    for site_id, *_ in _SITES:
        rows.append(("section_sites", {"section_id": SECTION_ID, "site_id": site_id, "begins_on": begins_on}))
    return rows + _students(begins_on)


BRIEF: Mapping[str, Any] = {
    "today": "Forces on a ramp: from the picture to the equation.\n"
    "First ten minutes: last week's question on tension. Then ramps without friction, then with it.",
    "hand_out": "The ramp worksheet, one each.\nA protractor for each pair, and a block with a string for each table.",
    "watch_for": "Mass is not weight: ask them for the unit.\n"
    "The angle at the block is that at the floor: measured from the wall, sin and cos are swapped.",
    "link_dies": "Go on with exercises 1 to 4 on page 112, in pairs. Relay questions as they come: the tablet keeps "
    "them. If the link is gone for ten minutes, let each table slide its block and write down the angle.",
}
"""The lesson brief of the class that is live."""

_LAB_SITES = (("pine-ridge", 0), ("harlow", 10), ("kettle-creek", 0))
"""The lab's sites, and how many minutes after its start each joins."""
CALENDAR_FROM = 5
"""How many days ahead a school closes or lets out early: today's class, and what it leaves open, rest on neither."""


def lab_rows(today: str) -> Sequence[tuple[str, dict[str, Any]]]:
    """A lab that comes every week, as (kind, data) for the directory: its plan is what the schedule has to show."""
    now = date.fromisoformat(today)
    before = now - timedelta(days=1)
    begins_on = f"{before.year if before.month >= 7 else before.year - 1}-07-01"
    section = {"id": LAB_ID, "course_id": "physics", "term_id": f"year-{begins_on[:4]}", "title": "Physics 1 lab"}
    pattern: dict[str, Any] = {"id": LAB_PATTERN_ID, "section_id": LAB_ID, "title": "Lab"}
    pattern |= {"weekdays": ["mon", "wed", "fri"], "local_time": "14:05", "minutes": 45, "time_zone": ZONE}
    last = now + timedelta(days=12)
    return [
        ("sections", section),
        ("section_teachers", {"section_id": LAB_ID, "person_id": TEACHER_ID, "begins_on": begins_on}),
        *(
            ("section_sites", {"section_id": LAB_ID, "site_id": site_id, "begins_on": begins_on, "joins_after": after})
            for site_id, after in _LAB_SITES
        ),
        ("patterns", pattern | {"begins_on": today, "ends_on": last.isoformat()}),
    ]


def calendar_rows(days: Sequence[str]) -> Sequence[tuple[str, dict[str, Any]]]:
    """A closed school, and one that lets out early, on the first two of the days."""
    rows: list[tuple[str, dict[str, Any]]] = []
    for day in days[:1]:
        rows.append(("closures", {"site_id": "harlow", "reason": "staff_day", "begins_on": day, "ends_on": day}))
    for day in days[1:2]:
        rows.append(("early_dismissals", {"site_id": "kettle-creek", "day": day, "local_time": "14:30"}))
    return rows


def _person(person: DemoPerson, begins_on: str, today: date) -> list[tuple[str, dict[str, Any]]]:
    row = {"id": person.id, "given_name": person.given_name, "family_name": person.family_name}
    grant = {"person_id": person.id, "role": person.role, "site_id": person.site_id, "begins_on": begins_on}
    rows: list[tuple[str, dict[str, Any]]] = [("people", row | {"email": person.email}), ("grants", grant)]
    if person.role == "teacher":
        for number, state in (("55120", "MT"), ("OR-208834", "OR"), ("W-71932", "WY")):
            licence = {"person_id": person.id, "number": number, "state": state, "endorsement": "Physics 7–12"}
            valid = {"valid_from": f"{today.year - 2}-07-01", "valid_to": f"{today.year + 2}-06-30"}
            rows.append(("licences", licence | valid))
    if person.role in {"teacher", "supervisor"}:
        # One runs out soon, so that a coordinator has something to see to.
        is_expiring = person.site_id == "harlow"
        expires_on = today + timedelta(days=12 if is_expiring else 300)
        clearance = {"person_id": person.id, "status": "expiring" if is_expiring else "cleared"}
        rows.append(("clearances", clearance | {"expires_on": expires_on.isoformat()}))
    return rows


def _students(begins_on: str) -> list[tuple[str, dict[str, Any]]]:
    rows: list[tuple[str, dict[str, Any]]] = []
    number = 0
    for site_id, names in _STUDENTS.items():
        for place, name in enumerate(names.split(", ")):
            number += 1
            # No name in an id: ids stand in the log, and names never do.
            student_id = f"student-{number:02}"
            given_name, family_name = name.split(" ")
            student = {"id": student_id, "given_name": given_name, "family_name": family_name}
            known = {"state_id": f"{830_000 + 977 * number}", "grade_level": "12" if number % 3 == 0 else "11"}
            enrolment = {"section_id": SECTION_ID, "student_id": student_id, "site_id": site_id}
            rows.append(("students", student | known))
            rows.append(("enrolments", enrolment | {"begins_on": begins_on}))
            rows += [
                ("accommodations", {"student_id": student_id, "code": code, "begins_on": begins_on})
                for code in _ACCOMMODATIONS.get((site_id, place), ())
            ]
    return rows

"""Who may call what: every route and every command, for somebody of each role, near and far. All by hand.

The tables say what the rules of the house mean, not what the code does: whoever changes a permission changes a cell.
Everything asked for belongs to Physics: the meeting that Tess teaches, with Nora at the site North. The columns:

    tess  its teacher                       otto  teaches another section of the program
    nora  supervises North                  sol   supervises South, in the same meeting
    edda  supervises East, in another meeting
    reg   registrar of North                rosa  registrar of South
    cora  coordinator                       out   nobody is signed in
    fart fars farr farc                     teacher, supervisor, registrar, coordinator of another program
"""
# ruff: noqa: E501 - a table is read across

from typing import Any

import pytest

from server.domain.messages import COMMANDS
from server.rest import ROUTES
from tests.support.app import PASSWORD, PHYSICS, House
from tests.support.school import START_DATA, SYSTEM

PEOPLE = {
    "tess": "tess",
    "otto": "otto",
    "nora": "nora",
    "sol": "sol",
    "edda": "edda",
    "reg": "reg",
    "rosa": "rosa",
    "cora": "cora",
    "fart": "far-teacher",
    "fars": "far-supervisor",
    "farr": "far-registrar",
    "farc": "far-coordinator",
    "out": None,
}

ROUTE_TABLE = """
                                               tess otto nora sol  edda reg  rosa cora fart fars farr farc out
GET    /healthz                                200  200  200  200  200  200  200  200  200  200  200  200  200
GET    /readyz                                 200  200  200  200  200  200  200  200  200  200  200  200  200
GET    /metrics                                200  200  200  200  200  200  200  200  200  200  200  200  200
GET    /api/openapi.json                       200  200  200  200  200  200  200  200  200  200  200  200  200
GET    /api/asyncapi.json                      200  200  200  200  200  200  200  200  200  200  200  200  200
GET    /                                       200  200  200  200  200  200  200  200  200  200  200  200  303
GET    /meetings/{meeting_id}                  200  200  200  200  200  200  200  200  200  200  200  200  303
GET    /meetings/{meeting_id}/brief            200  200  200  200  200  200  200  200  200  200  200  200  303
GET    /meetings/{meeting_id}/report           200  200  200  200  200  200  200  200  200  200  200  200  303
GET    /sign-in                                200  200  200  200  200  200  200  200  200  200  200  200  200
GET    /static/{path:.+}                       200  200  200  200  200  200  200  200  200  200  200  200  200
GET    /demo/{secret}                          404  404  404  404  404  404  404  404  404  404  404  404  404
POST   /api/session                            200  200  200  200  200  200  200  200  200  200  200  200  200
POST   /api/tokens                             200  200  200  200  200  200  200  200  200  200  200  200  200
GET    /api/session                            200  200  200  200  200  200  200  200  200  200  200  200  401
DELETE /api/session                            204  204  204  204  204  204  204  204  204  204  204  204  401
DELETE /api/sessions                           204  204  204  204  204  204  204  204  204  204  204  204  401
GET    /api/meetings                           200  200  200  200  200  403  403  200  200  200  403  200  401
GET    /api/live                               403  403  403  403  403  403  403  200  403  403  403  200  401
GET    /api/owed                               200  200  200  200  200  403  403  200  200  200  403  200  401
GET    /api/meetings/{meeting_id}              200  404  200  200  404  403  403  200  404  404  403  404  401
GET    /api/meetings/{meeting_id}/roster       200  404  200  200  404  403  403  200  404  404  403  404  401
GET    /api/meetings/{meeting_id}/brief        200  404  200  200  404  403  403  200  404  404  403  404  401
POST   /api/meetings/{meeting_id}/brief        200  404  403  403  403  403  403  403  404  403  403  403  401
GET    /api/meetings/{meeting_id}/report       200  404  200  200  404  403  403  200  404  404  403  404  401
GET    /api/meetings/{meeting_id}/report.csv   200  404  200  200  404  403  403  200  404  404  403  404  401
GET    /api/meetings/{meeting_id}/rooms.csv    200  404  200  200  404  403  403  200  404  404  403  404  401
GET    /api/meetings/{meeting_id}/history.csv  200  404  200  200  404  403  403  200  404  404  403  404  401
GET    /api/meetings/{meeting_id}/replay       200  404  200  200  404  403  403  200  404  404  403  404  401
GET    /api/meetings/{meeting_id}/likenesses   200  404  403  403  403  403  403  403  404  403  403  403  401
GET    /api/meetings/{meeting_id}/questions/{question_id}/place 200 404 200 404 404 403 403 200 404 404 403 404 401
POST   /api/meetings/{meeting_id}/commands     200  403  403  403  403  403  403  403  404  404  404  404  401
GET    /api/directory/programs                 403  403  403  403  403  200  200  200  403  403  200  200  401
GET    /api/directory/sites                    403  403  403  403  403  200  200  200  403  403  200  200  401
GET    /api/directory/people                   403  403  403  403  403  200  200  200  403  403  200  200  401
GET    /api/directory/grants                   403  403  403  403  403  200  200  200  403  403  200  200  401
GET    /api/directory/licences                 403  403  403  403  403  200  200  200  403  403  200  200  401
GET    /api/directory/clearances               403  403  403  403  403  200  200  200  403  403  200  200  401
GET    /api/directory/courses                  403  403  403  403  403  200  200  200  403  403  200  200  401
GET    /api/directory/terms                    403  403  403  403  403  200  200  200  403  403  200  200  401
GET    /api/directory/sections                 403  403  403  403  403  200  200  200  403  403  200  200  401
GET    /api/directory/section_teachers         403  403  403  403  403  200  200  200  403  403  200  200  401
GET    /api/directory/section_sites            403  403  403  403  403  200  200  200  403  403  200  200  401
GET    /api/directory/students                 403  403  403  403  403  200  200  200  403  403  200  200  401
GET    /api/directory/enrolments               403  403  403  403  403  200  200  200  403  403  200  200  401
GET    /api/directory/accommodations           403  403  403  403  403  200  200  200  403  403  200  200  401
GET    /api/directory/meetings                 403  403  403  403  403  200  200  200  403  403  200  200  401
GET    /api/directory/holidays                 403  403  403  403  403  200  200  200  403  403  200  200  401
GET    /api/directory/closures                 403  403  403  403  403  200  200  200  403  403  200  200  401
GET    /api/directory/early_dismissals         403  403  403  403  403  200  200  200  403  403  200  200  401
GET    /api/directory/patterns                 403  403  403  403  403  200  200  200  403  403  200  200  401
GET    /api/directory/substitutes              403  403  403  403  403  200  200  200  403  403  200  200  401
GET    /api/directory/programs/{row_id}        403  403  403  403  403  200  200  200  403  403  404  404  401
GET    /api/directory/sites/{row_id}           403  403  403  403  403  200  404  200  403  403  404  404  401
GET    /api/directory/people/{row_id}          403  403  403  403  403  200  404  200  403  403  404  404  401
GET    /api/directory/grants/{row_id}          403  403  403  403  403  200  404  200  403  403  404  404  401
GET    /api/directory/licences/{row_id}        403  403  403  403  403  200  200  200  403  403  404  404  401
GET    /api/directory/clearances/{row_id}      403  403  403  403  403  200  404  200  403  403  404  404  401
GET    /api/directory/courses/{row_id}         403  403  403  403  403  200  200  200  403  403  404  404  401
GET    /api/directory/terms/{row_id}           403  403  403  403  403  200  200  200  403  403  404  404  401
GET    /api/directory/sections/{row_id}        403  403  403  403  403  200  200  200  403  403  404  404  401
GET    /api/directory/section_teachers/{row_id} 403 403  403  403  403  200  200  200  403  403  404  404  401
GET    /api/directory/section_sites/{row_id}   403  403  403  403  403  200  404  200  403  403  404  404  401
GET    /api/directory/students/{row_id}        403  403  403  403  403  200  404  200  403  403  404  404  401
GET    /api/directory/enrolments/{row_id}      403  403  403  403  403  200  404  200  403  403  404  404  401
GET    /api/directory/accommodations/{row_id}  403  403  403  403  403  200  404  200  403  403  404  404  401
GET    /api/directory/meetings/{row_id}        403  403  403  403  403  200  200  200  403  403  404  404  401
GET    /api/directory/holidays/{row_id}        403  403  403  403  403  200  200  200  403  403  404  404  401
GET    /api/directory/closures/{row_id}        403  403  403  403  403  200  404  200  403  403  404  404  401
GET    /api/directory/early_dismissals/{row_id} 403  403  403  403  403  200  404  200  403  403  404  404  401
GET    /api/directory/patterns/{row_id}        403  403  403  403  403  200  200  200  403  403  404  404  401
GET    /api/directory/substitutes/{row_id}     403  403  403  403  403  200  404  200  403  403  404  404  401
POST   /api/directory/programs                 403  403  403  403  403  403  403  403  403  403  403  403  401
POST   /api/directory/sites                    403  403  403  403  403  403  403  201  403  403  403  201  401
POST   /api/directory/people                   403  403  403  403  403  403  403  201  403  403  403  201  401
POST   /api/directory/grants                   403  403  403  403  403  403  403  201  403  403  403  409  401
POST   /api/directory/licences                 403  403  403  403  403  403  403  201  403  403  403  409  401
POST   /api/directory/clearances               403  403  403  403  403  403  403  201  403  403  403  409  401
POST   /api/directory/courses                  403  403  403  403  403  403  403  201  403  403  403  201  401
POST   /api/directory/terms                    403  403  403  403  403  403  403  201  403  403  403  201  401
POST   /api/directory/sections                 403  403  403  403  403  403  403  201  403  403  403  409  401
POST   /api/directory/section_teachers         403  403  403  403  403  403  403  201  403  403  403  409  401
POST   /api/directory/section_sites            403  403  403  403  403  403  403  201  403  403  403  409  401
POST   /api/directory/students                 403  403  403  403  403  403  403  201  403  403  403  201  401
POST   /api/directory/enrolments               403  403  403  403  403  403  403  201  403  403  403  409  401
POST   /api/directory/accommodations           403  403  403  403  403  403  403  201  403  403  403  409  401
POST   /api/directory/meetings                 403  403  403  403  403  403  403  201  403  403  403  409  401
POST   /api/directory/holidays                 403  403  403  403  403  403  403  201  403  403  403  201  401
POST   /api/directory/closures                 403  403  403  403  403  403  403  201  403  403  403  409  401
POST   /api/directory/early_dismissals         403  403  403  403  403  403  403  201  403  403  403  409  401
POST   /api/directory/patterns                 403  403  403  403  403  403  403  201  403  403  403  409  401
POST   /api/directory/substitutes              403  403  403  403  403  403  403  201  403  403  403  409  401
PATCH  /api/directory/programs/{row_id}        403  403  403  403  403  403  403  200  403  403  403  404  401
PATCH  /api/directory/sites/{row_id}           403  403  403  403  403  403  403  200  403  403  403  404  401
PATCH  /api/directory/people/{row_id}          403  403  403  403  403  403  403  200  403  403  403  404  401
PATCH  /api/directory/grants/{row_id}          403  403  403  403  403  403  403  200  403  403  403  404  401
PATCH  /api/directory/licences/{row_id}        403  403  403  403  403  403  403  200  403  403  403  404  401
PATCH  /api/directory/clearances/{row_id}      403  403  403  403  403  403  403  200  403  403  403  404  401
PATCH  /api/directory/courses/{row_id}         403  403  403  403  403  403  403  200  403  403  403  404  401
PATCH  /api/directory/terms/{row_id}           403  403  403  403  403  403  403  200  403  403  403  404  401
PATCH  /api/directory/sections/{row_id}        403  403  403  403  403  403  403  200  403  403  403  404  401
PATCH  /api/directory/section_teachers/{row_id} 403 403  403  403  403  403  403  200  403  403  403  404  401
PATCH  /api/directory/section_sites/{row_id}   403  403  403  403  403  403  403  200  403  403  403  404  401
PATCH  /api/directory/students/{row_id}        403  403  403  403  403  403  403  200  403  403  403  404  401
PATCH  /api/directory/enrolments/{row_id}      403  403  403  403  403  403  403  200  403  403  403  404  401
PATCH  /api/directory/accommodations/{row_id}  403  403  403  403  403  403  403  200  403  403  403  404  401
PATCH  /api/directory/meetings/{row_id}        403  403  403  403  403  403  403  200  403  403  403  404  401
PATCH  /api/directory/holidays/{row_id}        403  403  403  403  403  403  403  200  403  403  403  404  401
PATCH  /api/directory/closures/{row_id}        403  403  403  403  403  403  403  200  403  403  403  404  401
PATCH  /api/directory/early_dismissals/{row_id} 403  403  403  403  403  403  403  200  403  403  403  404  401
PATCH  /api/directory/patterns/{row_id}        403  403  403  403  403  403  403  200  403  403  403  404  401
PATCH  /api/directory/substitutes/{row_id}     403  403  403  403  403  403  403  200  403  403  403  404  401
GET    /api/schedule                           200  200  200  200  200  403  403  200  200  200  403  200  401
POST   /api/notices/{notice_id}/acknowledge    204  404  204  204  404  403  403  204  404  404  403  404  401
POST   /api/meetings/{meeting_id}/cancel       403  403  403  403  403  403  403  200  403  403  403  404  401
POST   /api/meetings/{meeting_id}/reinstate    403  403  403  403  403  403  403  200  403  403  403  404  401
POST   /api/meetings/{meeting_id}/move         403  403  403  403  403  403  403  200  403  403  403  404  401
POST   /api/patterns/{pattern_id}/plan         403  403  403  403  403  403  403  200  403  403  403  404  401
GET    /schedule                               200  200  200  200  200  200  200  200  200  200  200  200  303
GET    /api/feeds                              200  200  200  200  200  200  200  200  200  200  200  200  401
POST   /api/feeds                              201  201  201  201  201  201  201  201  201  201  201  201  401
DELETE /api/feeds/{feed_id}                    204  404  404  404  404  404  404  404  404  404  404  404  401
GET    /calendar/{token}.ics                   404  404  404  404  404  404  404  404  404  404  404  404  404
"""

ROW_OF = {
    "programs": "plains",
    "sites": "north",
    "people": "nora",
    "grants": "grant-nora",
    "licences": "lic",
    "clearances": "clear",
    "courses": "course",
    "terms": "term",
    "sections": "physics",
    "section_teachers": "taught",
    "section_sites": "part-north",
    "students": "ann",
    "enrolments": "enrolment-ann",
    "accommodations": "acc",
    "meetings": PHYSICS,
    "holidays": "break",
    "closures": "closed-north",
    "early_dismissals": "early-north",
    "patterns": "weekly",
    "substitutes": "stand-in",
}
"""A row of each kind that belongs to North, or to the whole program."""

SPAN = {"begins_on": "2026-09-01"}
NEW_ROW: dict[str, dict[str, Any]] = {
    "programs": {"name": "Another", "time_zone": "America/Denver"},
    "sites": {"name": "West", "time_zone": "America/Denver", "jurisdiction": "US-MT"},
    "people": {"given_name": "New", "family_name": "Person", "email": "@new.example"},
    "grants": {"person_id": "nora", "role": "supervisor", "site_id": "south"} | SPAN,
    "licences": {"person_id": "nora", "number": "2", "state": "MT", "endorsement": "Physics"}
    | {"valid_from": "2026-07-01"},
    "clearances": {"person_id": "sol", "status": "cleared"},
    "courses": {"title": "Chemistry", "local_code": "CHE", "sced_code": "03101G1.0011"},
    "terms": {"title": "Spring", "begins_on": "2027-01-11"},
    "sections": {"course_id": "course", "term_id": "term", "title": "Physics 2"},
    "section_teachers": {"section_id": "chemistry", "person_id": "tess", "begins_on": "2026-12-19"}
    | {"ends_on": "2026-12-20"},
    "section_sites": {"section_id": "chemistry", "site_id": "north"} | SPAN,
    "students": {"given_name": "New", "family_name": "Student", "state_id": "MT-1", "grade_level": "11"},
    "enrolments": {"section_id": "chemistry", "student_id": "ann", "site_id": "east"} | SPAN,
    "accommodations": {"student_id": "ann", "code": "large_print"} | SPAN,
    "meetings": {"section_id": "physics", "title": "Tomorrow", "starts_at": 1_792_081_200_000}
    | {"ends_at": 1_792_084_800_000},
    "holidays": {"title": "Thanksgiving", "begins_on": "2026-11-26", "ends_on": "2026-11-27"},
    "closures": {"site_id": "south", "reason": "weather", "begins_on": "2026-11-25", "ends_on": "2026-11-25"},
    "early_dismissals": {"site_id": "south", "day": "2026-11-24", "local_time": "12:00"},
    "patterns": {"section_id": "physics", "title": "Lab", "weekdays": ["sat"], "local_time": "09:00", "minutes": 30}
    | {"time_zone": "America/Denver"},
    "substitutes": {"section_id": "physics", "person_id": "edda", "role": "supervisor", "site_id": "south"}
    | {"meeting_id": PHYSICS},
}
SCHEDULE_BODY: dict[str, dict[str, Any]] = {
    "cancel": {"reason": "weather"},
    "reinstate": {"reason": "plan_changed"},
    "move": {"reason": "illness", "starts_at": 1_792_167_600_000, "ends_at": 1_792_171_200_000},
    "plan": {},
}
PLAN: list[tuple[str, dict[str, Any]]] = [
    ("holidays", {"id": "break", "title": "Autumn break", "begins_on": "2026-10-22", "ends_on": "2026-10-23"}),
    ("closures", {"id": "closed-north", "site_id": "north", "reason": "weather"}
        | {"begins_on": "2026-10-20", "ends_on": "2026-10-20"}),
    ("early_dismissals", {"id": "early-north", "site_id": "north", "day": "2026-10-21", "local_time": "12:00"}),
    ("patterns", NEW_ROW["patterns"] | {"id": "weekly", "weekdays": ["sun"]}),
    ("substitutes", NEW_ROW["substitutes"] | {"id": "stand-in", "site_id": "north"}
        | {"meeting_id": None, "begins_on": "2026-12-01", "ends_on": "2026-12-01"}),
]  # fmt: skip
"""What the house itself does not have."""

COMMAND_TABLE = """
                      tess  otto                nora       sol                edda               reg        rosa       cora
meeting.enter_facts   forbidden forbidden       forbidden  forbidden          forbidden          forbidden  forbidden  forbidden
meeting.start         ok    not_your_section    forbidden  forbidden          forbidden          forbidden  forbidden  forbidden
meeting.end           ok    not_your_section    forbidden  forbidden          forbidden          forbidden  forbidden  forbidden
meeting.open_lobby    ok    not_your_section    forbidden  forbidden          forbidden          forbidden  forbidden  forbidden
meeting.reconcile     ok    not_your_section    forbidden  forbidden          forbidden          forbidden  forbidden  forbidden
announcement.make     ok    not_your_section    forbidden  forbidden          forbidden          forbidden  forbidden  forbidden
announcement.withdraw ok    not_your_section    forbidden  forbidden          forbidden          forbidden  forbidden  forbidden
announcement.reach    forbidden forbidden       ok         unknown_announcement unknown_announcement forbidden forbidden forbidden
announcement.read_out forbidden forbidden       ok         unknown_announcement unknown_announcement forbidden forbidden forbidden
announcement.erase    forbidden forbidden       forbidden  forbidden          forbidden          forbidden  forbidden  ok
link.arrive           forbidden forbidden       forbidden  forbidden          forbidden          forbidden  forbidden  forbidden
duty.leave            forbidden forbidden       forbidden  forbidden          forbidden          forbidden  forbidden  forbidden
link.lapse            forbidden forbidden       forbidden  forbidden          forbidden          forbidden  forbidden  forbidden
link.measure          forbidden forbidden       ok         not_your_site      not_your_site      forbidden  forbidden  forbidden
duty.sign_on          forbidden forbidden       ok         not_your_site      not_your_site      forbidden  forbidden  forbidden
duty.step_out         forbidden forbidden       ok         not_your_site      not_your_site      forbidden  forbidden  forbidden
duty.return           forbidden forbidden       ok         not_your_site      not_your_site      forbidden  forbidden  forbidden
duty.offer            forbidden forbidden       ok         not_your_site      not_your_site      forbidden  forbidden  forbidden
duty.drop_offer       forbidden forbidden       ok         not_your_site      not_your_site      forbidden  forbidden  forbidden
duty.accept           forbidden forbidden       not_on_duty not_your_site     not_your_site      forbidden  forbidden  forbidden
duty.take_over        forbidden forbidden       not_on_duty not_your_site     not_your_site      forbidden  forbidden  forbidden
duty.sign_off         forbidden forbidden       ok         not_your_site      not_your_site      forbidden  forbidden  forbidden
question.relay        forbidden forbidden       ok         not_your_site      not_your_site      forbidden  forbidden  forbidden
question.see          ok    not_your_section    forbidden  forbidden          forbidden          forbidden  forbidden  forbidden
question.claim        ok    not_your_section    forbidden  forbidden          forbidden          forbidden  forbidden  forbidden
question.answer       ok    not_your_section    forbidden  forbidden          forbidden          forbidden  forbidden  forbidden
question.deliver      forbidden forbidden       ok         unknown_question   unknown_question   forbidden  forbidden  forbidden
question.confirm      forbidden forbidden       ok         unknown_question   unknown_question   forbidden  forbidden  forbidden
question.still_stuck  forbidden forbidden       ok         unknown_question   unknown_question   forbidden  forbidden  forbidden
question.erase        forbidden forbidden       forbidden  forbidden          forbidden          forbidden  forbidden  ok
question.begin        ok    not_your_section    forbidden  forbidden          forbidden          forbidden  forbidden  forbidden
question.release      ok    not_your_section    forbidden  forbidden          forbidden          forbidden  forbidden  forbidden
question.ask_back     ok    not_your_section    forbidden  forbidden          forbidden          forbidden  forbidden  forbidden
question.merge        ok    not_your_section    forbidden  forbidden          forbidden          forbidden  forbidden  forbidden
question.unmerge      ok    not_your_section    forbidden  forbidden          forbidden          forbidden  forbidden  forbidden
question.defer        ok    not_your_section    forbidden  forbidden          forbidden          forbidden  forbidden  forbidden
question.reopen       ok    not_your_section    forbidden  forbidden          forbidden          forbidden  forbidden  forbidden
question.decline      ok    not_your_section    forbidden  forbidden          forbidden          forbidden  forbidden  forbidden
question.restate      forbidden forbidden       ok         unknown_question   unknown_question   forbidden  forbidden  forbidden
question.withdraw     forbidden forbidden       ok         unknown_question   unknown_question   forbidden  forbidden  forbidden
question.acknowledge  forbidden forbidden       ok         unknown_question   unknown_question   forbidden  forbidden  forbidden
question.appeal       forbidden forbidden       ok         unknown_question   unknown_question   forbidden  forbidden  forbidden
question.cannot_find  forbidden forbidden       ok         unknown_question   unknown_question   forbidden  forbidden  forbidden
student.call_on       ok    not_your_section    forbidden  forbidden          forbidden          forbidden  forbidden  forbidden
student.end_call      ok    not_your_section    forbidden  forbidden          forbidden          forbidden  forbidden  forbidden
student.answer_call   forbidden forbidden       ok         unknown_call       unknown_call       forbidden  forbidden  forbidden
meeting.settle_due    forbidden forbidden       forbidden  forbidden          forbidden          forbidden  forbidden  forbidden
readiness.begin               forbidden forbidden           ok         not_your_site      not_your_site      forbidden  forbidden  forbidden
readiness.report              forbidden forbidden           ok         not_your_site      not_your_site      forbidden  forbidden  forbidden
readiness.acknowledge_brief   forbidden forbidden           stale_version      not_your_site      not_your_site      forbidden  forbidden  forbidden
readiness.see_accommodations  forbidden forbidden           ok         not_your_site      not_your_site      forbidden  forbidden  forbidden
catch_up.plan                 ok        not_your_section    forbidden  forbidden          forbidden          forbidden  forbidden  forbidden
catch_up.revise               ok        not_your_section    forbidden  forbidden          forbidden          forbidden  forbidden  forbidden
catch_up.drop                 ok        not_your_section    forbidden  forbidden          forbidden          forbidden  forbidden  forbidden
catch_up.erase                forbidden forbidden           forbidden  forbidden          forbidden          forbidden  forbidden  ok
readiness.erase               forbidden forbidden           forbidden  forbidden          forbidden          forbidden  forbidden  ok
catch_up.carry_out            forbidden forbidden           ok         unknown_plan       unknown_plan       forbidden  forbidden  forbidden
"""
"""Anybody of another program gets `unknown_stream` for each of them, and nobody `not_signed_in`."""

QUESTION = {"question_id": "q-1"}
CALL = {"call_id": "c-1"}
NORTH = {"site_id": "north"}
NOTE = {"announcement_id": "a-1"}
FOR_NORTH = {"plan_id": "plan-north"}
RELAY = QUESTION | {"site_id": "north", "student_id": "ann", "text": "why?", "asked_at": 1}
COMMAND_DATA: dict[str, dict[str, Any]] = {
    "meeting.enter_facts": {
        "section_id": "physics",
        "starts_at": 1,
        "ends_at": 2,
        "teacher_ids": ["otto"],
        "rooms": [],
    },
    "meeting.start": START_DATA,
    "meeting.end": {},
    "meeting.open_lobby": {},
    "meeting.reconcile": {},
    "announcement.make": NOTE | {"text": "page 112", "site_ids": ["north"]},
    "announcement.withdraw": NOTE,
    "announcement.reach": NOTE | NORTH,
    "announcement.read_out": NOTE | NORTH,
    "announcement.erase": NOTE | {"reason": "harmful"},
    "link.arrive": NORTH | {"heard_at": 1},
    "duty.leave": NORTH | {"person_id": "nora", "since": 1},
    "link.lapse": NORTH | {"last_heard_at": 1},
    "link.measure": NORTH | {"round_trip_ms": 90},
    "duty.sign_on": NORTH,
    "duty.step_out": NORTH | {"reason": "emergency"},
    "duty.return": NORTH,
    "duty.offer": NORTH,
    "duty.drop_offer": NORTH | {"person_id": "nora"},
    "duty.accept": NORTH | {"person_id": "edda"},
    "duty.take_over": NORTH | {"person_id": "edda"},
    "duty.sign_off": NORTH | {"reason": "emergency"},
    "question.relay": RELAY,
    "question.answer": QUESTION | {"form": "spoken_to_all"},
    "question.erase": QUESTION | {"reason": "harmful"},
    "question.merge": QUESTION | {"into": "q-2"},
    "question.decline": QUESTION | {"reason": "off_topic"},
    "question.restate": QUESTION | {"text": "in other words"},
    "question.appeal": QUESTION | {"note": "it is on topic"},
    "student.call_on": CALL | {"site_id": "north", "student_id": "ann"},
    "student.end_call": CALL,
    "student.answer_call": CALL | {"response": "ready"},
    "meeting.settle_due": {},
    "readiness.begin": NORTH,
    "readiness.report": NORTH | {"status": "ready"},
    "readiness.acknowledge_brief": NORTH | {"brief_version": 1},
    "readiness.see_accommodations": NORTH | {"needs": [{"student_id": "ann", "codes": ["extended_time"]}]},
    "catch_up.plan": FOR_NORTH | NORTH | {"kind": "recording"},
    "catch_up.revise": FOR_NORTH | {"kind": "site_led"},
    "catch_up.erase": FOR_NORTH | {"reason": "harmful"},
    "readiness.erase": NORTH | {"reason": "harmful"},
    "catch_up.carry_out": FOR_NORTH | {"minutes": 45},
    "catch_up.drop": FOR_NORTH | {"reason": "planned_in_error"},
}
START = ("tess", "meeting.start", START_DATA)
CATCH_UP = [("tess", "catch_up.plan", FOR_NORTH | NORTH | {"kind": "recording"})]
ASKED = [START, ("nora", "question.relay", RELAY)]
ANSWERED = [
    *ASKED,
    ("tess", "question.claim", QUESTION),
    ("tess", "question.answer", QUESTION | {"form": "spoken_to_all"}),
]
TWO = [*ASKED, ("nora", "question.relay", RELAY | {"question_id": "q-2"})]
DECLINED = [*ASKED, ("tess", "question.decline", QUESTION | {"reason": "off_topic"})]
ANNOUNCED = [START, ("tess", "announcement.make", NOTE | {"text": "page 112", "site_ids": ["north"]})]
ON_DUTY = [START, ("nora", "duty.sign_on", NORTH)]
CALLED = [START, ("tess", "student.call_on", CALL | {"site_id": "north", "student_id": "ann"})]
BEFORE: dict[str, list[tuple[str, str, dict[str, Any]]]] = {
    "meeting.end": [START],
    "meeting.reconcile": [
        ("nora", "duty.sign_on", NORTH),
        ("sol", "duty.sign_on", {"site_id": "south"}),
        START,
        ("tess", "meeting.end", {}),
    ],
    "announcement.make": [START],
    "announcement.withdraw": ANNOUNCED,
    "announcement.reach": ANNOUNCED,
    "announcement.read_out": ANNOUNCED,
    "announcement.erase": ANNOUNCED,
    "link.measure": [START],
    "duty.sign_on": [START],
    "duty.step_out": ON_DUTY,
    "duty.return": [*ON_DUTY, ("nora", "duty.step_out", NORTH | {"reason": "emergency"})],
    "duty.offer": ON_DUTY,
    "duty.drop_offer": [*ON_DUTY, ("nora", "duty.offer", NORTH)],
    "duty.accept": [START],
    "duty.take_over": [START],
    "duty.sign_off": ON_DUTY,
    "question.relay": [START],
    "question.see": ASKED,
    "question.claim": ASKED,
    "question.answer": ANSWERED[:3],
    "question.deliver": ANSWERED,
    "question.confirm": ANSWERED,
    "question.still_stuck": ANSWERED,
    "question.erase": ASKED,
    "readiness.erase": [("nora", "readiness.report", NORTH | {"status": "ready"})],
    "question.begin": ASKED,
    "question.release": ANSWERED[:3],
    "question.ask_back": ASKED,
    "question.merge": TWO,
    "question.unmerge": [*TWO, ("tess", "question.merge", QUESTION | {"into": "q-2"})],
    "question.defer": ASKED,
    "question.reopen": [*ASKED, ("tess", "question.defer", QUESTION)],
    "question.decline": ASKED,
    "question.restate": [*ASKED, ("tess", "question.ask_back", QUESTION)],
    "question.withdraw": ASKED,
    "question.acknowledge": DECLINED,
    "question.appeal": DECLINED,
    "question.cannot_find": ANSWERED,
    "student.call_on": [START],
    "student.end_call": CALLED,
    "student.answer_call": CALLED,
    "catch_up.revise": CATCH_UP,
    "catch_up.erase": CATCH_UP,
    "catch_up.carry_out": [START],
    "catch_up.drop": CATCH_UP,
}
"""What must have happened for the command to be allowed to those who may."""


def _table(text: str, columns: int) -> list[tuple[list[str], list[str]]]:
    """The rows of a table: its first words, then as many cells as there are columns."""
    rows = [line.split() for line in text.strip("\n").splitlines()[1:]]
    return [(words[:-columns], words[-columns:]) for words in rows]


ROUTE_ROWS = _table(ROUTE_TABLE, len(PEOPLE))
COMMAND_ROWS = _table(COMMAND_TABLE, 8)


def test_the_table_has_every_route() -> None:
    """A route that nobody has thought about does not go out."""
    declared = sorted((route.method, route.path) for route in ROUTES)
    assert sorted((method, path) for (method, path), _ in ROUTE_ROWS) == declared


def test_the_table_has_every_command() -> None:
    assert sorted(name for (name,), _ in COMMAND_ROWS) == sorted(COMMANDS)


@pytest.mark.parametrize(("route", "cells"), ROUTE_ROWS, ids=lambda value: " ".join(value[:2]))
async def test_a_route_answers_each_as_the_table_says(house: House, route: list[str], cells: list[str]) -> None:
    method, path = route
    kind = path.split("/")[3] if path.startswith("/api/directory/") else ""
    if path in {"/api/session", "/api/tokens"} and method == "POST":
        await house.set_password("tess")
    its_id = await _plan(house, kind, path)
    if "{question_id}" in path:
        for person_id, command, data in ASKED:
            await house.act(person_id, command, data)
    expected = dict(zip(PEOPLE, map(int, cells), strict=True))
    got: dict[str, int] = {}
    for column, person_id in PEOPLE.items():
        client = house.nobody if person_id is None else house.client(person_id)
        body = _body(method, path, kind, column)
        filled = _filled(path, kind).replace("{notice_id}", its_id).replace("{feed_id}", its_id)
        got[column] = (await client.send(method, filled, body)).status
    assert got == expected


async def _plan(house: House, kind: str, path: str) -> str:
    """Have what the route is about; its id, where that is a notice or an address."""
    if kind in dict(PLAN) or "{pattern_id}" in path:
        await house.services.directory.create_all(SYSTEM, PLAN)
    if "{feed_id}" in path:
        return str((await house.client("tess").send("POST", "/api/feeds")).json["id"])
    if "{notice_id}" in path:
        cora = house.client("cora")
        await cora.send("POST", f"/api/meetings/{PHYSICS}/cancel", {"reason": "weather"})
        [notice] = (await cora.get("/api/schedule?from=2026-10-14")).json["notices"]
        return str(notice["id"])
    return ""


def _filled(path: str, kind: str) -> str:
    row_id = ROW_OF.get(kind, "")
    asset = "vendor/importmap.json"
    filled = path.replace("{meeting_id}", PHYSICS).replace("{row_id}", row_id)
    filled = filled.replace("{pattern_id}", "weekly").replace("/api/schedule", "/api/schedule?from=2026-10-14")
    return (
        filled.replace("{path:.+}", asset)
        .replace("{secret}", "guessed")
        .replace("{token}", "guessed")
        .replace("{question_id}", "q-1")
    )


def _body(method: str, path: str, kind: str, column: str) -> dict[str, Any] | None:
    if method in {"GET", "DELETE"}:
        return None
    action = path.rpartition("/")[2]
    if action in SCHEDULE_BODY:
        return SCHEDULE_BODY[action]
    if path.endswith(("/acknowledge", "/feeds")):
        return None
    if path.endswith("/brief"):
        return {"version": 0, "today": "Forces on a ramp"}
    if path.endswith("/commands"):
        return {"command_id": f"start-{column}", "name": "meeting.start", "data": START_DATA}
    if not kind:
        return {"email": "tess@school.example", "password": PASSWORD}
    if method == "PATCH":
        return {"version": 1}
    row = dict(NEW_ROW[kind])
    if kind == "people":
        # An address belongs to one person of all programs.
        row["email"] = column + row["email"]
    return row


@pytest.mark.parametrize(("words", "cells"), COMMAND_ROWS, ids=lambda value: value[0])
async def test_a_command_answers_each_as_the_table_says(house: House, words: list[str], cells: list[str]) -> None:
    [name] = words
    for person_id, command, data in BEFORE.get(name, []):
        await house.act(person_id, command, data)
    data = COMMAND_DATA.get(name, QUESTION)
    columns = list(PEOPLE)
    expected = dict(zip(columns[:8], cells, strict=True))
    expected |= dict.fromkeys(columns[8:12], "unknown_stream") | {"out": "not_signed_in"}
    head = (await house.services.live.stream(f"meeting:{PHYSICS}")).seq
    got: dict[str, str] = {}
    # Those who may come last: what they change must not be why another is refused.
    for column in sorted(columns, key=lambda column: expected[column] == "ok"):
        if expected[column] == "ok":
            assert (await house.services.live.stream(f"meeting:{PHYSICS}")).seq == head
        person_id = PEOPLE[column]
        client = house.nobody if person_id is None else house.client(person_id)
        answer = await client.command(PHYSICS, f"{name}-{column}", name, data)
        got[column] = "ok" if answer.status == 200 else str(answer.code)
    assert got == expected


@pytest.mark.parametrize(
    ("kind", "reg", "rosa", "farc"),
    [
        ("sites", {"north"}, {"south"}, {"far"}),
        ("students", {"ann", "bob"}, {"cal"}, set()),
        ("enrolments", {"enrolment-ann", "enrolment-bob"}, {"enrolment-cal"}, set()),
        ("accommodations", {"acc"}, set(), set()),
        ("people", {"nora", "reg", "tess"}, {"sol", "rosa", "tess"}, {"stan", *(f"far-{role}" for role in
            ("teacher", "supervisor", "registrar", "coordinator"))}),
        ("meetings", {PHYSICS}, {PHYSICS}, set()),
    ],
)  # fmt: skip
async def test_a_list_holds_what_is_ones_own_to_read(
    house: House, kind: str, reg: set[str], rosa: set[str], farc: set[str]
) -> None:
    for person_id, expected in (("reg", reg), ("rosa", rosa), ("far-coordinator", farc)):
        rows = (await house.client(person_id).get(f"/api/directory/{kind}")).json["rows"]
        assert {row["id"] for row in rows} == expected, person_id

"""What is declared: who may do what, that nothing is declared twice or without a rule, and every event's sample."""

from dataclasses import dataclass

import orjson
import pytest

from server.domain import messages
from server.domain.actors import Actor, Permission, Role
from server.domain.messages import COMMANDS, EVENTS, Recorded, apply, command, decides, event
from server.domain.views import Audience, refs, touched, view
from server.storage import codec
from tests.domain.samples import SAMPLES, Sample
from tests.support.given import given
from tests.support.meetings import ELK, MESA, PINE, person

WHO_MAY = {
    "meeting.enter_facts": {Role.SYSTEM},
    "meeting.start": {Role.TEACHER},
    "meeting.end": {Role.TEACHER},
    "meeting.open_lobby": {Role.TEACHER},
    "meeting.reconcile": {Role.TEACHER},
    "announcement.make": {Role.TEACHER},
    "announcement.withdraw": {Role.TEACHER},
    "announcement.reach": {Role.SUPERVISOR},
    "announcement.read_out": {Role.SUPERVISOR},
    "announcement.erase": {Role.COORDINATOR},
    "link.arrive": {Role.SYSTEM},
    "duty.leave": {Role.SYSTEM},
    "link.lapse": {Role.SYSTEM},
    "link.measure": {Role.SUPERVISOR},
    "duty.sign_on": {Role.SUPERVISOR},
    "duty.step_out": {Role.SUPERVISOR},
    "duty.return": {Role.SUPERVISOR},
    "duty.offer": {Role.SUPERVISOR},
    "duty.drop_offer": {Role.SUPERVISOR},
    "duty.accept": {Role.SUPERVISOR},
    "duty.take_over": {Role.SUPERVISOR},
    "duty.sign_off": {Role.SUPERVISOR},
    "question.relay": {Role.SUPERVISOR},
    "question.see": {Role.TEACHER},
    "question.claim": {Role.TEACHER},
    "question.answer": {Role.TEACHER},
    "question.deliver": {Role.SUPERVISOR},
    "question.confirm": {Role.SUPERVISOR},
    "question.still_stuck": {Role.SUPERVISOR},
    "question.erase": {Role.COORDINATOR},
    "question.begin": {Role.TEACHER},
    "question.release": {Role.TEACHER},
    "question.ask_back": {Role.TEACHER},
    "question.merge": {Role.TEACHER},
    "question.unmerge": {Role.TEACHER},
    "question.defer": {Role.TEACHER},
    "question.reopen": {Role.TEACHER},
    "question.decline": {Role.TEACHER},
    "question.restate": {Role.SUPERVISOR},
    "question.withdraw": {Role.SUPERVISOR},
    "question.acknowledge": {Role.SUPERVISOR},
    "question.appeal": {Role.SUPERVISOR},
    "question.cannot_find": {Role.SUPERVISOR},
    "student.call_on": {Role.TEACHER},
    "student.end_call": {Role.TEACHER},
    "student.answer_call": {Role.SUPERVISOR},
    "meeting.settle_due": {Role.SYSTEM},
    "readiness.begin": {Role.SUPERVISOR},
    "readiness.report": {Role.SUPERVISOR},
    "catch_up.erase": {Role.COORDINATOR},
    "readiness.erase": {Role.COORDINATOR},
    "readiness.acknowledge_brief": {Role.SUPERVISOR},
    "readiness.see_accommodations": {Role.SUPERVISOR},
    "catch_up.plan": {Role.TEACHER},
    "catch_up.revise": {Role.TEACHER},
    "catch_up.carry_out": {Role.SUPERVISOR},
    "catch_up.drop": {Role.TEACHER},
}
"""Written by hand from domain.md: a new command is nobody's until somebody writes it here."""

AUDIENCES = [
    Audience("teacher"),
    Audience("supervisor", (PINE,)),
    Audience("supervisor", (MESA,)),
    Audience("supervisor", (ELK, MESA)),
    Audience("coordinator"),
]
each_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)


def test_every_command_is_in_the_table() -> None:
    assert COMMANDS.keys() == WHO_MAY.keys()


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("name", WHO_MAY)
def test_each_role_may_do_what_the_table_says(name: str, role: Role) -> None:
    for site_id in (None, PINE):
        assert person("somebody", role, site_id).may(COMMANDS[name].may) is (role in WHO_MAY[name])


def test_somebody_without_a_role_may_nothing() -> None:
    nobody = Actor("nobody", "prairie", frozenset())
    assert not any(nobody.may(permission) for permission in Permission)


def test_a_permission_reaches_over_the_sites_of_the_roles_that_have_it() -> None:
    assert person("ruth", Role.SUPERVISOR, PINE).site_scope(Permission.RELAY_QUESTION) == {PINE}
    assert person("ruth", Role.SUPERVISOR, PINE).site_scope(Permission.START_MEETING) == frozenset()
    assert person("cora", Role.COORDINATOR).site_scope(Permission.READ_DIRECTORY) is None


# ── Declaring ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """The registry, to be scribbled in."""
    for name in ("COMMANDS", "COMMAND_TYPES", "EVENTS", "EVENT_TYPES", "_RULES", "_APPLIES"):
        monkeypatch.setattr(messages, name, dict(getattr(messages, name)))


@dataclass(frozen=True)
class Plain:
    """A message without fields."""


@pytest.mark.usefixtures("registry")
def test_a_command_without_a_permission_cannot_be_declared() -> None:
    with pytest.raises(TypeError, match="may"):
        command("room.paint")  # type: ignore[call-arg]
    for none in (None, "question:relay", True):
        with pytest.raises(TypeError, match="no permission"):
            command("room.paint", may=none)  # type: ignore[arg-type]
    assert "room.paint" not in messages.COMMANDS


@pytest.mark.usefixtures("registry")
@pytest.mark.parametrize("name", ["relay", "Question.relay", "question.relay.now", "question-relay", "", "question."])
def test_a_wire_name_is_noun_verb(name: str) -> None:
    with pytest.raises(TypeError, match="wire name"):
        command(name, may=Permission.START_MEETING)
    with pytest.raises(TypeError, match="wire name"):
        event(name)


@pytest.mark.usefixtures("registry")
def test_a_name_is_declared_once() -> None:
    with pytest.raises(TypeError, match="twice"):
        command("question.relay", may=Permission.RELAY_QUESTION)
    with pytest.raises(TypeError, match="twice"):
        event("question.relayed")


@pytest.mark.usefixtures("registry")
def test_a_command_has_one_rule_and_an_event_one_apply() -> None:
    with pytest.raises(TypeError, match="two rules"):
        decides(COMMANDS["question.relay"].cls)(lambda *_: [])
    with pytest.raises(TypeError, match="applied twice"):
        messages.applies(EVENTS["question.relayed"].cls)(lambda state, *_: state)


@pytest.mark.usefixtures("registry")
def test_a_personal_field_is_a_field() -> None:
    with pytest.raises(TypeError, match="txet"):
        event("room.painted", personal=("txet",))(Plain)


@pytest.mark.usefixtures("registry")
def test_what_is_declared_and_not_finished_is_found_at_start() -> None:
    messages.assert_complete()
    command("room.paint", may=Permission.START_MEETING)(Plain)
    with pytest.raises(TypeError, match=r"room\.paint$"):
        messages.assert_complete()
    event("room.painted")(Plain)
    with pytest.raises(TypeError, match=r"room\.paint, room\.painted$"):
        messages.assert_complete()
    decides(Plain)(lambda *_: [])
    with pytest.raises(TypeError, match=r": room\.painted$"):
        messages.assert_complete()


VERSIONS = {"room.rostered": 2}
"""Events that have changed their shape, and how often."""

# ── Every event ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_event_has_a_sample() -> None:
    assert sorted(sample.name for sample in SAMPLES) == sorted(EVENTS)


@each_sample
def test_a_sample_is_possible(sample: Sample) -> None:
    given(*sample.history, sample.caused)


@each_sample
def test_an_event_becomes_the_row_that_was_written_by_hand(sample: Sample) -> None:
    encoded = codec.encode(sample.caused[1])
    assert (encoded.type, encoded.version) == (sample.name, VERSIONS.get(sample.name, 1))
    assert orjson.loads(encoded.data) == sample.data
    assert (None if encoded.personal is None else orjson.loads(encoded.personal)) == sample.personal
    assert codec.decode(*encoded) == sample.caused[1]


@each_sample
def test_what_an_event_touches_is_all_that_it_changes(sample: Sample) -> None:
    actor, caused = sample.caused
    history = given(*sample.history)
    recorded = Recorded(history.seq + 1, 1_791_995_000_000, actor.person_id, caused)
    before, after = history.state, apply(history.state, recorded)
    assert after != before
    told = set(touched(after, recorded))
    for audience in AUDIENCES:
        for ref in {*refs(before), *refs(after)}:
            if view(before, *ref, audience) != view(after, *ref, audience):
                assert ref in told, f"{audience.key} would not hear of {ref}"

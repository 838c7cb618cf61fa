"""kill -9 in the middle of commits, again and again: what was acknowledged is there, once and in order."""

import random

import pytest

from server.service.check import check_logs
from server.storage import event_log
from server.storage.engine import Database
from tests.chaos.recorder import MEETING
from tests.chaos.recording import SITE_OF, Recorder
from tests.support.meetings import LIVE

pytestmark = pytest.mark.chaos
ROUNDS = 4
EACH_ROUND = 60
"""Questions that are on their way when the process is killed."""


async def test_killed_at_random_and_started_again(database_url: str) -> None:
    chance = random.Random(8)
    acknowledged: dict[str, int] = {}
    asked: dict[str, list[str]] = {actor: [] for actor in SITE_OF}
    retries = 0
    for round in range(ROUNDS + 1):
        recorder = Recorder(database_url)
        await recorder.start()
        # Each client sends what was not acknowledged again, in its order, and a few whose answer it may have missed.
        again = [(who, one) for who, ids in asked.items() for one in ids if one not in acknowledged]
        again += chance.sample([(who, one) for who, ids in asked.items() for one in ids], min(5, len(acknowledged)))
        retries += sum(question_id in acknowledged for _, question_id in again)
        for actor, question_id in again:
            recorder.ask(actor, question_id)
        told = await recorder.answers(len(dict.fromkeys(one for _, one in again)))
        assert {one: seq for one, seq in acknowledged.items() if one in told} == {
            one: seq for one, seq in told.items() if one in acknowledged
        }, "a retry got another receipt than the first"
        acknowledged |= told
        if round == ROUNDS:
            await recorder.end()
            break
        for number in range(EACH_ROUND):
            actor = chance.choice(list(SITE_OF))
            asked[actor].append(f"q-{round}-{number}")
            recorder.ask(actor, f"q-{round}-{number}")
        acknowledged |= await recorder.answers(chance.randint(1, EACH_ROUND // 2))
        acknowledged |= await recorder.kill()

    database = Database(database_url)
    async with database.reading() as connection:
        log = await event_log.read_events(connection, MEETING, after=len(LIVE))
    findings = [finding async for checked in check_logs(database) for finding in checked.findings]
    await database.close()
    first = len(LIVE) + 1
    kept = {one.event.question_id: one.seq for one in log}
    assert [one.seq for one in log] == list(range(first, first + len(log))), "gaps"
    assert len(kept) == len(log), "duplicated"
    assert acknowledged == kept, "lost, or told another seq"
    assert set(kept) == {one for ids in asked.values() for one in ids}
    for actor, ids in asked.items():
        assert [one.event.question_id for one in log if one.actor_id == actor] == ids, "out of order"
    assert findings == []
    assert retries >= ROUNDS, "acknowledged commands were sent again as well"

"""Signing in, staying signed in, and being signed out: by whom, how long, and how soon it counts."""

import asyncio
import threading

import pytest
from sqlalchemy import select

from server.domain.actors import Grant, Role
from server.domain.messages import Refused
from server.service.accounts import FRESH_MS, Accounts, SignedIn, SignInLimits
from server.service.attempts import TooMany
from server.service.directory import Directory
from server.service.passwords import QUEUE, THREADS, Passwords, random_password
from server.storage import directory_tables as t
from server.storage.engine import Database
from tests.service.conftest import quick_passwords
from tests.support.clock import FakeClock
from tests.support.school import COORDINATOR, NORTH_SUPERVISOR, PROGRAM, STRANGER, SYSTEM

PASSWORD = "correct horse battery"
EMAIL = "tess@school.example"
WRONG = {"code": "not_signed_in", "message": "the e-mail address or the password is wrong"}


@pytest.fixture(autouse=True)
async def tess_has_a_password(accounts: Accounts) -> None:
    await accounts.reset_password(SYSTEM, "tess", PASSWORD)


async def sign_in(accounts: Accounts, password: str = PASSWORD, email: str = EMAIL) -> SignedIn:
    return await accounts.sign_in(email, password, "bearer", "192.0.2.7")


# ── Signing in ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_right_password_gives_a_session(accounts: Accounts, clock: FakeClock, database: Database) -> None:
    token, session = await accounts.sign_in(" Tess@School.example ", PASSWORD, "cookie", "192.0.2.7")
    assert (session.person_id, session.person_name) == ("tess", "Tess Adler")
    assert (session.program_id, session.program_name, session.kind) == (PROGRAM, "Plains Consortium", "cookie")
    assert session.actor.grants == {Grant(Role.TEACHER)}
    assert session.expires_at == clock.at + 8 * 3_600_000
    assert await accounts.session_of(token) == session
    async with database.reading() as connection:
        [row] = await connection.execute(select(t.sessions))
        [person] = await connection.execute(select(t.people).where(t.people.c.id == "tess"))
    assert token not in str(row)
    assert person.password_hash.startswith("$argon2id$")


@pytest.mark.parametrize(
    ("email", "password"),
    [
        (EMAIL, "wrong horse battery"),
        (EMAIL, ""),
        ("nobody@school.example", PASSWORD),
        ("nora@school.example", PASSWORD),
        ("nora@school.example", ""),
    ],
    ids=["wrong", "empty", "unknown", "without password", "without password, empty"],
)
async def test_everything_else_gets_one_answer(accounts: Accounts, email: str, password: str) -> None:
    with pytest.raises(Refused) as caught:
        await sign_in(accounts, password, email)
    assert caught.value.as_error() == WRONG


async def test_a_disabled_person_gets_that_answer_too(accounts: Accounts) -> None:
    await accounts.disable_person(COORDINATOR, "tess")
    with pytest.raises(Refused) as caught:
        await sign_in(accounts)
    assert caught.value.as_error() == WRONG


async def test_an_unknown_address_costs_as_much_as_a_known_one(
    database: Database, directory: Directory, clock: FakeClock
) -> None:
    """One verification each, whatever is wrong: the time tells nothing."""

    class Counting(Passwords):
        verified = 0

        def _verify(self, password_hash: str, password: str) -> bool:
            self.verified += 1
            return super()._verify(password_hash, password)

    passwords = Counting(quick_passwords()._hasher)
    accounts = Accounts(database, directory, clock, passwords=passwords)
    for email in (EMAIL, "nobody@school.example", "nora@school.example"):
        before = passwords.verified
        with pytest.raises(Refused):
            await sign_in(accounts, "wrong horse battery", email)
        assert passwords.verified == before + 1
    accounts.close()


async def test_attempts_are_limited_per_account_and_per_address(
    database: Database, directory: Directory, clock: FakeClock
) -> None:
    few = SignInLimits(per_address="5 per minute", per_account_and_address="2 per minute", per_account="2 per minute")
    accounts = Accounts(database, directory, clock, passwords=quick_passwords(), limits=few)
    for _ in range(2):
        with pytest.raises(Refused, match="not_signed_in"):
            await sign_in(accounts, "wrong horse battery")
    with pytest.raises(TooMany) as caught:
        await accounts.sign_in(EMAIL, PASSWORD, "bearer", "198.51.100.1")
    assert caught.value.code == "too_many_requests"
    assert 1 <= caught.value.retry_after_seconds <= 60
    for number in range(3):
        with pytest.raises(Refused, match="not_signed_in"):
            await sign_in(accounts, email=f"nobody-{number}@school.example")
    with pytest.raises(TooMany):
        await sign_in(accounts, email="nora@school.example")
    accounts.close()


async def test_nobody_keeps_the_owner_of_an_account_out_from_elsewhere(
    accounts: Accounts,
) -> None:
    for _ in range(10):
        with pytest.raises(Refused, match="not_signed_in"):
            await sign_in(accounts, "wrong horse battery")
    for _ in range(2):
        with pytest.raises(TooMany):
            await sign_in(accounts)
    await accounts.sign_in(EMAIL, PASSWORD, "bearer", "198.51.100.1")
    with pytest.raises(TooMany):
        await sign_in(accounts)


async def test_many_addresses_together_are_slowed_down_too(
    database: Database, directory: Directory, clock: FakeClock
) -> None:
    few = SignInLimits(per_account_and_address="2 per minute", per_account="5 per minute")
    accounts = Accounts(database, directory, clock, passwords=quick_passwords(), limits=few)
    got = []
    for number in range(9):
        # Three from each; of IPv6 the first 64 bits are one address.
        for_all = f"2001:db8:0:{number // 3}::{number + 1}"
        with pytest.raises(Refused) as caught:
            await accounts.sign_in(EMAIL, "wrong horse battery", "bearer", for_all)
        got.append(caught.value.code)
    wrong, slow = "not_signed_in", "too_many_requests"
    assert got == [wrong, wrong, slow, wrong, wrong, slow, wrong, slow, slow]
    accounts.close()


async def test_a_right_password_clears_the_accounts_count(
    database: Database, directory: Directory, clock: FakeClock
) -> None:
    few = SignInLimits(per_account_and_address="2 per minute", per_account="2 per minute")
    accounts = Accounts(database, directory, clock, passwords=quick_passwords(), limits=few)
    for _ in range(4):
        await sign_in(accounts)
    accounts.close()


async def test_too_many_at_once_are_told_so_while_the_loop_stays_free() -> None:
    go_on = threading.Event()

    class Waiting(Passwords):
        def _verify(self, password_hash: str, password: str) -> bool:
            return go_on.wait(60)

    passwords = Waiting(quick_passwords()._hasher)
    admitted = [asyncio.create_task(passwords.is_right("hash", "x")) for _ in range(THREADS + QUEUE)]
    await asyncio.sleep(0)
    with pytest.raises(Refused, match="busy"):
        await passwords.is_right("hash", "x")
    # Only a loop that is free comes to this line: the threads wait for it.
    go_on.set()
    assert await asyncio.gather(*admitted) == [True] * (THREADS + QUEUE)
    assert await passwords.is_right("hash", "x")
    passwords.close()


# ── How long ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_session_ends_after_half_an_hour_without_use(accounts: Accounts, clock: FakeClock) -> None:
    token, _ = await sign_in(accounts)
    for _ in range(3):
        clock.advance(minutes=29)
        assert await accounts.session_of(token) is not None
    clock.advance(minutes=30)
    assert await accounts.session_of(token) is None


async def test_a_live_socket_is_use(accounts: Accounts, clock: FakeClock) -> None:
    token, session = await sign_in(accounts)
    for _ in range(8):
        clock.advance(minutes=20)
        await accounts.touch(session.id)
    assert await accounts.session(session.id) is not None
    clock.advance(minutes=29)
    assert await accounts.session(session.id) is not None
    clock.advance(minutes=1)
    assert await accounts.session(session.id) is None, "to look is not to use"
    assert await accounts.session_of(token) is None


async def test_a_session_ends_after_eight_hours_however_busy(accounts: Accounts, clock: FakeClock) -> None:
    token, _ = await sign_in(accounts)
    for _ in range(31):
        clock.advance(minutes=15)
        assert await accounts.session_of(token) is not None
    clock.advance(minutes=15)
    assert await accounts.session_of(token) is None


async def test_use_is_written_once_a_minute(accounts: Accounts, clock: FakeClock, database: Database) -> None:
    token, session = await sign_in(accounts)
    began = clock.at

    async def last_seen() -> int:
        async with database.reading() as connection:
            query = select(t.sessions.c.last_seen_at).where(t.sessions.c.id == session.id)
            return (await connection.execute(query)).scalar_one()

    async def use() -> None:
        await accounts.session_of(token)
        await accounts.notice()

    clock.advance(seconds=59)
    await use()
    assert await last_seen() == began
    clock.advance(seconds=1)
    await use()
    assert await last_seen() == began + 60_000


async def test_a_demo_session_goes_on_until_it_is_revoked(accounts: Accounts, clock: FakeClock) -> None:
    token, session = await accounts.open_session("tess", "demo")
    clock.advance(days=3)
    renewed = await accounts.session_of(token)
    assert renewed is not None
    assert renewed.expires_at == clock.at + 8 * 3_600_000
    await accounts.sign_out(session.id)
    assert await accounts.session_of(token) is None


@pytest.mark.parametrize("token", ["", "x", "tess", "é\x00", "x" * 10_000])
async def test_what_is_no_token_is_nobody(accounts: Accounts, token: str) -> None:
    assert await accounts.session_of(token) is None


# ── Being signed out ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_signing_out_counts_at_once_and_is_told(accounts: Accounts) -> None:
    told: list[list[str]] = []
    accounts.on_revoked.append(told.append)
    token, session = await sign_in(accounts)
    other, kept = await sign_in(accounts)
    await accounts.sign_out(session.id)
    assert told == [[session.id]]
    assert await accounts.session_of(token) is None
    assert await accounts.session_of(other) is not None
    await accounts.sign_out(session.id)
    assert told == [[session.id]], "once"
    await accounts.sign_out_everywhere("tess")
    assert told[1:] == [[kept.id]]
    assert await accounts.session_of(other) is None


async def test_disabling_and_resetting_end_every_session(accounts: Accounts) -> None:
    token, session = await sign_in(accounts)
    told: list[list[str]] = []
    accounts.on_revoked.append(told.append)
    password = await accounts.reset_password(COORDINATOR, "tess")
    assert await accounts.session_of(token) is None
    with pytest.raises(Refused, match="not_signed_in"):
        await sign_in(accounts)
    token, again = await sign_in(accounts, password)
    await accounts.disable_person(COORDINATOR, "tess")
    assert await accounts.session_of(token) is None
    assert told == [[session.id], [again.id]]


async def test_a_session_that_is_read_while_it_is_revoked_is_not_believed(accounts: Accounts, clock: FakeClock) -> None:
    for _ in range(20):
        token, session = await sign_in(accounts)
        clock.advance(seconds=FRESH_MS / 1_000)
        await asyncio.gather(accounts.session_of(token), accounts.sign_out(session.id), accounts.session_of(token))
        assert await accounts.session_of(token) is None


async def test_another_process_is_noticed(
    accounts: Accounts, directory: Directory, database: Database, clock: FakeClock
) -> None:
    token, session = await sign_in(accounts)
    told: list[list[str]] = []
    accounts.on_revoked.append(told.append)
    began = clock.advance(seconds=10)
    other = Accounts(database, Directory(database, clock, None), clock, passwords=quick_passwords())
    await other.sign_out_everywhere("tess")
    assert told == []
    await accounts.notice()
    assert told == [[session.id]]
    assert await accounts.session_of(token) is None
    await accounts.notice()
    clock.advance(minutes=5)
    await accounts.notice()
    assert told == [[session.id]], "once"
    assert await accounts.revoked_since(began) == [session.id]
    assert await accounts.revoked_since(began + 1) == []
    other.close()


async def test_another_processs_revocation_counts_within_five_seconds(
    accounts: Accounts, database: Database, clock: FakeClock
) -> None:
    token, session = await sign_in(accounts)
    other = Accounts(database, Directory(database, clock, None), clock, passwords=quick_passwords())
    await other.sign_out(session.id)
    clock.advance(seconds=5)
    assert await accounts.session_of(token) is None
    other.close()


# ── Grants ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_change_of_grants_reaches_the_session_at_once(accounts: Accounts, directory: Directory) -> None:
    token, session = await sign_in(accounts)
    heard: list[str] = []
    accounts.on_actor_changed.append(heard.append)
    grant = {"person_id": "tess", "role": "registrar", "site_id": "south", "begins_on": "2026-10-14"}
    await directory.create(COORDINATOR, "grants", grant)
    assert heard == ["tess"]
    now = await accounts.session_of(token)
    assert now is not None
    assert now.actor.grants == {Grant(Role.TEACHER), Grant(Role.REGISTRAR, "south")}
    assert session.actor.grants == {Grant(Role.TEACHER)}


async def test_a_grant_holds_from_its_first_day_to_its_last(
    accounts: Accounts, directory: Directory, clock: FakeClock
) -> None:
    patch = {"version": 1, "begins_on": "2026-10-14", "ends_on": "2026-10-14"}
    await directory.update(COORDINATOR, "grants", "grant-sol", patch)
    # Los Angeles is at UTC-7: the 14th is from 07:00Z to 07:00Z.
    start = clock.at - 9 * 3_600_000 - 20 * 60_000
    held = []
    for clock.at in (start - 1, start, start + 86_400_000 - 1, start + 86_400_000):
        actor = await accounts.actor_of("sol")
        held.append(actor is not None and actor.has_role(Role.SUPERVISOR))
    assert held == [False, True, True, False]


# ── People ────────────────────────────────────────────────────────────────────────────────────────────────────────


KIM = {"given_name": "Kim", "family_name": "Jay", "email": "Kim@School.example", "begins_on": "2026-10-01"}


async def test_a_new_person_can_sign_in(accounts: Accounts, database: Database) -> None:
    added = await accounts.add_person(COORDINATOR, **KIM, role=Role.SUPERVISOR, site_id="north")
    _, session = await sign_in(accounts, added.password, "kim@school.example")
    assert session.actor.grants == {Grant(Role.SUPERVISOR, "north")}
    async with database.reading() as connection:
        entries = await connection.execute(select(t.audit).where(t.audit.c.row_id == added.person_id))
    text = str(list(entries))
    assert "set_password" in text
    assert added.password not in text
    assert "argon2" not in text


async def test_who_may_not_edit_adds_and_resets_nobody(accounts: Accounts) -> None:
    with pytest.raises(Refused, match="forbidden"):
        await accounts.add_person(NORTH_SUPERVISOR, **KIM, role=Role.TEACHER)
    with pytest.raises(Refused, match="forbidden"):
        await accounts.reset_password(NORTH_SUPERVISOR, "tess")
    with pytest.raises(Refused, match="not_found"):
        await accounts.reset_password(STRANGER, "tess")
    with pytest.raises(Refused, match="not_found"):
        await accounts.disable_person(STRANGER, "tess")
    assert (await sign_in(accounts)).session.person_id == "tess"


@pytest.mark.parametrize(("password", "code"), [("short", "too_short"), ("x" * 257, "too_long")])
async def test_a_password_has_12_to_256_characters(accounts: Accounts, password: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        await accounts.reset_password(COORDINATOR, "tess", password)
    assert (caught.value.code, caught.value.field) == (code, "password")


def test_random_passwords_are_long_and_different() -> None:
    made = {random_password() for _ in range(100)}
    assert len(made) == 100
    assert {len(one) for one in made} == {19}

"""Signing in and staying so: passwords, sessions, rate limits, and who an actor is at this moment.

A session's token exists only at its holder; here lies its SHA-256. What was read of a session is believed for a few
seconds, but a revocation or a change of grants made in this process counts at once: whatever was read before it is
forgotten, also by those who were reading just then. What other processes did is noticed by `notice`.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Literal, NamedTuple, TypeAlias

from limits import parse
from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils import uuid7

from ..domain.actors import Actor, Role
from ..domain.messages import Refused
from ..storage import accounts as rows
from ..storage import directory, schedule
from ..storage import directory_tables as t
from ..storage.accounts import Seen, SessionKey
from ..storage.engine import Database
from .attempts import Attempts
from .clock import Clock
from .directory import Directory, require_editor
from .passwords import LONGEST, Passwords, random_password, require_strong
from .rosters import full_name

SessionKind: TypeAlias = Literal["cookie", "bearer", "demo"]
IDLE_MS = 30 * 60_000
LONGEST_MS = 8 * 3_600_000
SEEN_EVERY_MS = 60_000
FRESH_MS = 4_000
"""How long a session that was read is believed: with the sockets' polling, a revocation reaches all nodes in 5 s."""
LATE_COMMIT_MS = 30_000


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody is signed in: as whom, with today's grants, until `expires_at` (milliseconds, UTC) at the latest."""

    id: str
    actor: Actor
    person_name: str
    program_name: str
    kind: SessionKind
    expires_at: int

    @property
    def person_id(self) -> str:
        """Whose session it is."""
        return self.actor.person_id

    @property
    def program_id(self) -> str:
        """In which program they act."""
        return self.actor.program_id


class SignedIn(NamedTuple):
    """A new session and its token, which nobody can read again."""

    token: str
    session: Session


class AddedPerson(NamedTuple):
    """A new person and the password to hand to them."""

    person_id: str
    password: str


@dataclass(frozen=True, slots=True)
class SignInLimits:
    """How many attempts are taken, as `limits` writes it. A school may sign in from one address at the first bell.

    From one address an account is guessed at slowly, and so its owner elsewhere is not kept out; what many addresses
    together may try is far more than that, and far less than a guesser needs.
    """

    per_address: str = "60 per 5 minutes"
    per_account_and_address: str = "10 per 5 minutes"
    per_account: str = "200 per 5 minutes"


@dataclass(slots=True)
class _Held:
    """A session as it was read."""

    session: Session
    token_hash: bytes
    read_at: int
    last_seen_at: int

    def has_ended(self, now: int) -> bool:
        if self.session.kind == "demo":
            # A newcomer's links and tokens go on working until somebody takes them back.
            return False
        return now >= min(self.session.expires_at, self.last_seen_at + IDLE_MS)


class Accounts:
    """All sessions, over the directory's people."""

    def __init__(
        self,
        database: Database,
        directory: Directory,
        clock: Clock,
        *,
        passwords: Passwords | None = None,
        limits: SignInLimits | None = None,
        attempts: Attempts | None = None,
    ) -> None:
        """`attempts`: where attempts to sign in are counted; here alone, if None."""
        self.on_revoked: list[Callable[[list[str]], None]] = []
        """Told the ids of sessions that were revoked, here at once and elsewhere as soon as it is noticed."""
        self.on_actor_changed: list[Callable[[str], None]] = []
        """Told the id of a person whose grants or state may be another: read their sessions again."""
        self.demo_links: dict[str, str] = {}
        """Secret → person: filled where a demo was started, and nowhere else."""
        self._database = database
        self._directory = directory
        self._clock = clock
        self._passwords = passwords or Passwords()
        limits = limits or SignInLimits()
        self._per_address, self._per_account = parse(limits.per_address), parse(limits.per_account)
        self._per_account_and_address = parse(limits.per_account_and_address)
        self._attempts = attempts or Attempts()
        self._held: dict[str, _Held] = {}
        self._seen: dict[str, Seen] = {}
        self._ids: dict[bytes, str] = {}
        self._changes = 0
        self._noticed_at = clock.now()
        self._told: set[str] = set()
        directory.on_person_changed.append(self._person_changed)

    def close(self) -> None:
        """Let the hashing threads go."""
        self._passwords.close()

    # ── Signing in and out ───────────────────────────────────────────────────────────────────────────────────

    async def sign_in(
        self, email: str, password: str, kind: Literal["cookie", "bearer"], client_address: str
    ) -> SignedIn:
        """A new session for the right password.

        Raises `Refused("not_signed_in")` alike, and after the same work, for an unknown address, a wrong password and
        a disabled person; `TooMany` after too many attempts; `Refused("busy")` when too many sign in at once.
        """
        if len(password) > LONGEST:
            raise Refused("too_long", f"longer than {LONGEST} characters", "password")
        email = email.strip().lower()
        account = hashlib.sha256(email.encode()).hexdigest()
        network = _network(client_address)
        await self._attempts.count(self._per_address, "address", network)
        # In this order: what one address is refused does not count against the account.
        await self._attempts.count(self._per_account_and_address, "account", account, network)
        await self._attempts.count(self._per_account, "account", account)
        async with self._database.reading() as connection:
            found = await rows.read_account(connection, email)
        usable = found is not None and found.disabled_at is None
        is_right = await self._passwords.is_right(found.password_hash if found and usable else None, password)
        if found is None or not is_right:
            raise Refused("not_signed_in", "the e-mail address or the password is wrong")
        await self._attempts.clear(self._per_account_and_address, "account", account, network)
        await self._attempts.clear(self._per_account, "account", account)
        return await self.open_session(found.id, kind)

    async def sign_in_demo(self, secret: str) -> SignedIn:
        """A session for the demo person whose link ends in `secret`; `Refused("not_found")` if nobody's does."""
        for known, person_id in self.demo_links.items():
            if hmac.compare_digest(known.encode(), secret.encode()):
                return await self.open_session(person_id, "cookie")
        raise Refused("not_found", "this demo link is not known: ask for a new one where the demo was started")

    async def open_session(self, person_id: str, kind: SessionKind, token: str | None = None) -> SignedIn:
        """A session without a password: for those who proved otherwise who they are. `token`: a new one, if None."""
        token, now = token or secrets.token_urlsafe(32), self._clock.now()
        row = {
            "id": str(uuid7()),
            "token_hash": _digest(token),
            "person_id": person_id,
            "kind": kind,
            "created_at": now,
            "last_seen_at": now,
            "expires_at": now + LONGEST_MS,
        }
        await self._database.write(lambda connection: rows.insert_session(connection, row))
        session = await self.session_of(token)
        if session is None:
            raise Refused("not_signed_in", "this person may not sign in")
        return SignedIn(token, session)

    async def sign_out(self, session_id: str) -> None:
        """End one session."""
        await self._revoke(rows.by_id(session_id))

    async def sign_out_everywhere(self, person_id: str) -> None:
        """End all sessions of the person, and the addresses of their calendar: whoever has one needs no session."""
        await self._shut_out(person_id)

    # ── Being signed in ──────────────────────────────────────────────────────────────────────────────────────

    async def session_of(self, token: str) -> Session | None:
        """The session of a token, which this uses; None: unknown, ended or revoked."""
        token_hash = _digest(token)
        return await self._use(SessionKey("token_hash", token_hash), self._held.get(self._ids.get(token_hash, "")))

    async def touch(self, session_id: str) -> None:
        """A live socket uses its session; `session` tells whether it goes on."""
        await self._use(SessionKey("id", session_id), self._held.get(session_id))

    async def session(self, session_id: str) -> Session | None:
        """The session as it is now, without using it; None: it has ended."""
        held = await self._current(SessionKey("id", session_id), self._held.get(session_id))
        return None if held is None else held.session

    async def knows(self, token: str) -> bool:
        """Whether a session was ever opened under this token, be it alive or not."""
        async with self._database.reading() as connection:
            return await rows.read_session(connection, SessionKey("token_hash", _digest(token))) is not None

    async def actor_of(self, person_id: str) -> Actor | None:
        """The person with today's grants; None: unknown or disabled."""
        async with self._database.reading() as connection:
            return await rows.read_actor(connection, person_id, self._clock.now())

    async def revoked_since(self, at: int) -> list[str]:
        """The ids of the sessions revoked since then (milliseconds, UTC), by any process."""
        async with self._database.reading() as connection:
            return list(await rows.read_revoked(connection, at))

    async def notice(self) -> None:
        """Follow what other processes changed: revocations, grants, the directory. Call it every few seconds."""
        await self.write_seen()
        now = self._clock.now()
        revoked = await self.revoked_since(self._noticed_at - LATE_COMMIT_MS)
        self._tell_revoked([session_id for session_id in revoked if session_id not in self._told])
        self._told = set(revoked)
        self._noticed_at = now
        self._forget(lambda held: now - held.read_at >= FRESH_MS)
        await self._directory.notice_changes()

    async def write_seen(self) -> None:
        """Write which sessions were used since the last time; what could not be written is kept for the next."""
        seen, self._seen = self._seen, {}
        if not seen:
            return
        try:
            await self._database.write(lambda connection: rows.mark_seen(connection, seen.values()))
        except Exception:
            self._seen = seen | self._seen
            raise

    # ── People ───────────────────────────────────────────────────────────────────────────────────────────────

    async def add_person(
        self,
        actor: Actor,
        *,
        given_name: str,
        family_name: str,
        email: str,
        role: Role,
        begins_on: str,
        site_id: str | None = None,
        password: str | None = None,
        program: object = None,
    ) -> AddedPerson:
        """A person with one role from a date (ISO 8601) on, and a password: a random one where none is given.

        `program`: the row of a new one, founded in the same commit.
        """
        password_hash, password = await self._prepare(password)
        person_id = str(uuid7())
        person = {"id": person_id, "given_name": given_name, "family_name": family_name, "email": email}
        grant = {"person_id": person_id, "role": role.value, "site_id": site_id, "begins_on": begins_on}
        founded = [] if program is None else [("programs", program)]
        await self._directory.create_all(actor, [*founded, ("people", person), ("grants", grant)])
        await self._set_password(actor, person_id, password_hash)
        return AddedPerson(person_id, password)

    async def disable_person(self, actor: Actor, person_id: str) -> None:
        """Take the person out of everything, at once: rooms, sections, all their sessions and calendar addresses."""
        await self._directory.disable_person(actor, person_id)
        await self._shut_out(person_id)

    async def enable_person(self, actor: Actor, person_id: str) -> None:
        """Let a disabled person sign in again, with the password that they had; what was ended stays ended."""
        await self._directory.enable_person(actor, person_id)

    async def reset_password(self, actor: Actor, person_id: str, password: str | None = None) -> str:
        """Give the person another password, random where none is given, and end what let them in before; the password.

        A disabled person could not sign in with it: `Refused("wrong_state")`.
        """
        require_editor(actor)
        password_hash, password = await self._prepare(password)
        await self._set_password(actor, person_id, password_hash)
        await self._shut_out(person_id)
        return password

    async def _prepare(self, password: str | None) -> tuple[str, str]:
        if password is None:
            password = random_password()
        require_strong(password)
        return await self._passwords.hash(password), password

    async def _set_password(self, actor: Actor, person_id: str, password_hash: str) -> None:
        entry = {
            "id": str(uuid7()),
            "program_id": actor.program_id,
            "at": self._clock.now(),
            "actor_id": actor.person_id,
            "action": "set_password",
            "kind": "people",
            "row_id": person_id,
        }

        async def write(connection: AsyncConnection) -> None:
            person = await directory.read_row(connection, t.people, actor.program_id, person_id)
            if person is None:
                raise Refused("not_found", "there is no such person")
            if person["disabled_at"] is not None:
                raise Refused("wrong_state", "this person is disabled and could not sign in: enable them first")
            await rows.write_password(connection, person_id, password_hash)
            await directory.write_audit(connection, entry)

        await self._database.write(write)

    # ── Inside ───────────────────────────────────────────────────────────────────────────────────────────────

    async def _use(self, key: SessionKey, held: _Held | None) -> Session | None:
        held = await self._current(key, held)
        if held is None:
            return None
        now = self._clock.now()
        if now - held.last_seen_at >= SEEN_EVERY_MS:
            self._mark_seen(held, now)
        return held.session

    async def _current(self, key: SessionKey, held: _Held | None) -> _Held | None:
        if held is None or self._clock.now() - held.read_at >= FRESH_MS:
            held = await self._read(key)
        return None if held is None or held.has_ended(self._clock.now()) else held

    async def _read(self, key: SessionKey) -> _Held | None:
        while True:
            changes, now = self._changes, self._clock.now()
            async with self._database.reading() as connection:
                row = await rows.read_session(connection, key)
                actor = None if row is None else await rows.read_actor(connection, row.person_id, now)
            # Something was revoked while we read: what we have may be from before it.
            if changes == self._changes:
                break
        if row is None or actor is None or row.revoked_at is not None:
            return None
        # What was used since may not be written yet.
        seen = self._seen.get(row.id) or Seen(row.id, row.last_seen_at, row.expires_at)
        session = Session(row.id, actor, full_name(row), row.program_name, row.kind, seen.expires_at)
        held = self._held[row.id] = _Held(session, row.token_hash, now, seen.at)
        self._ids[row.token_hash] = row.id
        return held

    def _mark_seen(self, held: _Held, now: int) -> None:
        """Once a minute a session in use says so; a demo session starts its hours anew.

        It is written with the others at the next `notice`: when a thousand sockets come back together, a transaction
        for each would have them wait for the disk one after another.
        """
        session = held.session
        expires_at = now + LONGEST_MS if session.kind == "demo" else session.expires_at
        held.last_seen_at = now
        held.session = Session(
            session.id, session.actor, session.person_name, session.program_name, session.kind, expires_at
        )
        self._seen[session.id] = Seen(session.id, now, expires_at)

    async def _shut_out(self, person_id: str) -> None:
        """End all that lets somebody in, or reads, in the person's name."""
        await self._database.write(lambda c: schedule.revoke_feeds(c, self._clock.now(), person_id))
        await self._revoke(rows.by_person(person_id))

    async def _revoke(self, which: ColumnElement[bool]) -> None:
        revoked = await self._database.write(lambda connection: rows.revoke(connection, which, self._clock.now()))
        self._told.update(revoked)
        self._tell_revoked(revoked)

    def _tell_revoked(self, session_ids: Sequence[str]) -> None:
        if not session_ids:
            return
        ended = set(session_ids)
        self._changes += 1
        self._forget(lambda held: held.session.id in ended)
        for tell in self.on_revoked:
            tell(list(session_ids))

    def _person_changed(self, person_id: str) -> None:
        self._changes += 1
        self._forget(lambda held: held.session.person_id == person_id)
        for tell in self.on_actor_changed:
            tell(person_id)

    def _forget(self, is_outdated: Callable[[_Held], bool]) -> None:
        for held in [held for held in self._held.values() if is_outdated(held)]:
            del self._held[held.session.id]
            self._ids.pop(held.token_hash, None)


def _network(client_address: str) -> str:
    """The address as it is counted: of IPv6 the first 64 bits, as whoever has one address there has all of those."""
    try:
        address = ip_address(client_address)
    except ValueError:
        return client_address
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        return str(IPv6Network((int(address) >> 64 << 64, 64))) if mapped is None else str(mapped)
    return client_address


def _digest(token: str) -> bytes:
    # What the wire carried may be no text at all; it is the token of nobody then.
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()

// The baseline of `make bench`: what a good Node team would write first. Stock Socket.IO, SQLite in WAL with
// synchronous=FULL, one transaction an event, the acknowledgement and the announcement after its commit.
//
//   node server.mjs MEMBERS DATABASE      prints {"port", "node", "sqlite"} once it listens
//
// It speaks as much of docs/protocol.md as the load generator uses, with frames of the same shape and size: the
// teacher and the asking site get the question and its room, the other sites a range without changes. It holds no state
// but each room's figures and keeps no rules beyond who may ask, so it does less work for an event than Longroom.

import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { Server } from "socket.io";

const [membersFile, databaseFile] = process.argv.slice(2);
const EPOCH = randomUUID();
const MIGRATION = `
  CREATE TABLE events (stream_id TEXT, seq INTEGER, at INTEGER, actor_id TEXT, command_id TEXT, type TEXT, data TEXT,
    PRIMARY KEY (stream_id, seq)) WITHOUT ROWID;
  CREATE TABLE receipts (actor_id TEXT, command_id TEXT, stream_id TEXT, seq INTEGER,
    PRIMARY KEY (actor_id, command_id)) WITHOUT ROWID;`;

async function openDatabase(path) {
  try {
    const { default: Database } = await import("better-sqlite3");
    return [new Database(path), "better-sqlite3"];
  } catch {
    const { DatabaseSync } = await import("node:sqlite"); // Node 22.5 and later carry it
    return [new DatabaseSync(path), "node:sqlite"];
  }
}

const [database, driver] = await openDatabase(databaseFile);
for (const pragma of ["journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"]) database.exec(`PRAGMA ${pragma}`);
database.exec(MIGRATION);
const begin = database.prepare("BEGIN IMMEDIATE");
const commit = database.prepare("COMMIT");
const rollback = database.prepare("ROLLBACK");
const insertEvent = database.prepare("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)");
const insertReceipt = database.prepare("INSERT INTO receipts VALUES (?, ?, ?, ?)");
const findReceipt = database.prepare("SELECT seq FROM receipts WHERE actor_id = ? AND command_id = ?");
const eventsSince = database.prepare("SELECT data FROM events WHERE stream_id = ? AND seq > ? ORDER BY seq");

// MEMBERS: [{stream, teacher: {person_id, token}, rooms: [{site_id, student_ids, supervisor: {person_id, token}}]}]
const members = new Map(); // token → who that is
for (const { stream, teacher, rooms } of JSON.parse(readFileSync(membersFile, "utf8"))) {
  const meeting = { stream, seq: 0, rooms: new Map() };
  members.set(teacher.token, { person_id: teacher.person_id, meeting, audience: "teacher" });
  for (const { site_id, student_ids, supervisor } of rooms) {
    const { person_id, token } = supervisor;
    members.set(token, { person_id, meeting, site_id, audience: `supervisor:${site_id}` });
    const figures = { students: student_ids.length, asked: 0, waiting: 0, waiting_since: null, on_way_back: 0 };
    const view = { site_id, supervisor_ids: [person_id], ...figures };
    meeting.rooms.set(site_id, { students: new Set(student_ids), view });
  }
}

const http = createServer();
const io = new Server(http, { perMessageDeflate: false, serveClient: false, transports: ["websocket"] });
const live = io.of("/live");

class Refused extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

live.use((socket, next) => {
  const member = members.get(socket.handshake.auth.token);
  if (!member) return next(Object.assign(new Error("not signed in"), { data: { code: "not_signed_in" } }));
  socket.data.member = member;
  next();
});

live.on("connection", (socket) => {
  const answer = (handler) => (data, acknowledge) => {
    try {
      acknowledge({ ok: true, ...handler(socket, data) });
    } catch (error) {
      acknowledge({ ok: false, error: { code: error.code ?? "internal", message: error.message } });
    }
  };
  socket.on("join", answer(join));
  socket.on("leave", answer(leave));
  socket.on("command", (data, acknowledge) => {
    let announce = null;
    answer(() => {
      const { receipt, announcement } = relay(socket.data.member, data);
      announce = announcement;
      return receipt;
    })(data, acknowledge);
    announce?.();
  });
});

const audienceRoom = (stream, audience) => `${stream}|${audience}`;

function myMeeting(member, stream) {
  if (member.meeting.stream !== stream) throw new Refused("unknown_stream", "there is no such meeting");
  return member.meeting;
}

function join(socket, { stream, since }) {
  const member = socket.data.member;
  const meeting = myMeeting(member, stream);
  socket.join(audienceRoom(stream, member.audience));
  const head = { epoch: EPOCH, seq: meeting.seq, audience: member.audience };
  const resumes = since?.epoch === EPOCH && since.audience === member.audience && since.seq <= meeting.seq;
  const things = seenSince(meeting, member, resumes ? since.seq : 0);
  return resumes ? { ...head, changes: things } : { ...head, snapshot: things.filter(({ value }) => value) };
}

function leave(socket, { stream }) {
  socket.leave(audienceRoom(stream, socket.data.member.audience));
  return {};
}

function seenSince(meeting, member, seq) {
  const rooms = new Set();
  const things = eventsSince.all(meeting.stream, seq).map(({ data }) => {
    const value = JSON.parse(data);
    rooms.add(value.site_id);
    const sees = !member.site_id || member.site_id === value.site_id;
    return { kind: "question", id: value.question_id, value: sees ? value : null };
  });
  for (const id of rooms) {
    const sees = !member.site_id || member.site_id === id;
    things.push({ kind: "room", id, value: sees ? meeting.rooms.get(id).view : null });
  }
  return things;
}

function relay(member, { stream, command_id, name, data }) {
  const meeting = myMeeting(member, stream);
  if (name !== "question.relay") throw new Refused("unknown_command", "no such command");
  const { question_id, site_id, student_id = null, text, asked_at } = data;
  const room = meeting.rooms.get(site_id);
  if (member.site_id !== site_id) throw new Refused("not_your_site", "not your room");
  if (student_id !== null && !room.students.has(student_id)) throw new Refused("not_on_roster", "not on the roster");
  if (typeof text !== "string" || !text || text.length > 2000) throw new Refused("too_long", "1 to 2,000 characters");
  const now = Date.now();
  const seq = meeting.seq + 1;
  const value = {
    question_id,
    site_id,
    status: "queued",
    urgency: "normal",
    received_at: now,
    waiting_since: now,
    stuck: 0,
    version: 1,
    order: [1, 1, room.view.asked, now],
    text,
    answers: [],
    student_id,
    relayed_by: member.person_id,
    verbatim: true,
    shareable: false,
    asked_at,
    seen_at: null,
    claimed_by: null,
    claimed_at: null,
  };
  begin.run();
  try {
    const receipt = findReceipt.get(member.person_id, command_id);
    if (receipt) {
      rollback.run();
      return { receipt, announcement: null };
    }
    insertEvent.run(stream, seq, now, member.person_id, command_id, "question.relayed", JSON.stringify(value));
    insertReceipt.run(member.person_id, command_id, stream, seq);
    commit.run();
  } catch (error) {
    if (database.inTransaction ?? database.isTransaction) rollback.run();
    throw error;
  }
  meeting.seq = seq;
  room.view.asked += 1;
  room.view.waiting += 1;
  room.view.waiting_since ??= now;
  return { receipt: { seq }, announcement: () => announceQuestion(meeting, site_id, value, room.view) };
}

function announceQuestion(meeting, site_id, value, view) {
  const { stream, seq } = meeting;
  const range = { stream, epoch: EPOCH, after: seq - 1, seq };
  live.to(audienceRoom(stream, "teacher")).to(audienceRoom(stream, `supervisor:${site_id}`)).emit("changes", {
    ...range,
    changes: [
      { kind: "question", id: value.question_id, value },
      { kind: "room", id: site_id, value: view },
    ],
  });
  const others = [...meeting.rooms.keys()].filter((id) => id !== site_id);
  live.to(others.map((id) => audienceRoom(stream, `supervisor:${id}`))).emit("changes", { ...range, changes: [] });
}

http.listen(0, "127.0.0.1", () => {
  const { port } = http.address();
  console.log(JSON.stringify({ port, node: process.version, sqlite: driver }));
});
process.on("SIGTERM", () => process.exit(0));

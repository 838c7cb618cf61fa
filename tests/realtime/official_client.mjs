// The official JavaScript client, driven by a Python test: what it sees goes to stdout, one JSON object a line.
// Usage: node official_client.mjs '{"url": …, "token": …, "transports": […]}'

import { createRequire } from "node:module";
import { gunzipSync } from "node:zlib";

const require = createRequire(new URL("../../client_static/package.json", import.meta.url));
const { io } = require("socket.io-client");

const { url, token, transports, stream, questions } = JSON.parse(process.argv[2]);
const say = (what, value) => console.log(JSON.stringify([what, value]));

const socket = io(`${url}/live`, {
  transports,
  auth: { token },
  query: { meeting: "physics" },
  reconnectionDelay: 50,
  reconnectionDelayMax: 100,
  perMessageDeflate: { threshold: 1 },
});

let last;
let whenSeq = {};

function take({ seq, ...frame }) {
  last = { epoch: frame.epoch, seq, audience: last.audience };
  say("changes", { seq, ...frame });
  for (const at of Object.keys(whenSeq)) if (seq >= at) whenSeq[at]();
}

const untilSeq = (seq) => new Promise((done) => (last.seq >= seq ? done() : (whenSeq[seq] = done)));

socket.on("changes", take);
socket.on("changes_gz", (body) => {
  say("gz", body.length);
  take(JSON.parse(gunzipSync(body)));
});
socket.on("closing", (body) => say("closing", body));
socket.on("connect_error", (error) => say("connect_error", { message: error.message, data: error.data }));
socket.on("disconnect", (reason) => say("disconnect", reason));

async function join() {
  const reply = await socket.timeout(10_000).emitWithAck("join", { stream, since: last });
  last = { epoch: reply.epoch, seq: reply.seq, audience: reply.audience };
  say("joined", reply);
}

async function untilTransport(name) {
  const engine = socket.io.engine;
  if (engine.transport.name !== name) await new Promise((done) => engine.once("upgrade", done));
  say("transport", [engine.transport.name, engine.transport.ws?.extensions ?? ""]);
}

async function relay(data, number) {
  const command = { stream, command_id: `js-${number}`, name: "question.relay", data };
  return socket.timeout(10_000).emitWithAck("command", command);
}

async function run() {
  await new Promise((done) => socket.once("connect", done));
  await join();
  // Sent while an upgrade is under way, where there is one: none may be lost or overtaken.
  const answers = Promise.all(questions.map(relay));
  await untilTransport(transports.at(-1));
  say("answers", await answers);
  await untilSeq((await answers).at(-1).seq);
  const back = new Promise((done) => socket.io.once("reconnect", done));
  say("cut me", null);
  await back;
  await join();
  say("done", null);
  socket.close();
}

socket.on("connect_error", () => process.exit(0));
run();

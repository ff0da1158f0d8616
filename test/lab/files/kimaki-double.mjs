#!/usr/bin/env node
// A DOUBLE, for the lab's tests only. It stands where the kimaki program stands on a real host and has just the
// behaviour the tests need; nothing here is evidence about the real program.
//
//   kimaki --version
//   kimaki [--data-dir D] …      the service: holds the lock port, beats once a second, handles messages
//   kimaki send --channel C --prompt P [--data-dir D]
//
// Two ways of delivery. As a rule `send` writes into the service's database, as who runs it, and ends with 64 where it
// cannot. Where the file lab-send-over-port stands in the package, `send` hands the message to the lock port instead and
// opens nothing: it stands for programs that reach their service another way, so that the system binary can be shown as a
// dispatch command too. Whether the real program has such a way is not known.
//
// A message is answered the way an agent would: files below the working directory, with the process's own umask.
// Lines of a prompt that start with a verb are carried out:
//   write:PATH TEXT     creates or overwrites PATH and the directories above it (\n in TEXT is a new line)
//   mkdir:PATH          creates a directory
//   remove:PATH         deletes a file or an empty directory
// Every message is also reported in wp-content/uploads/agent/<message id>.json.
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

process.removeAllListeners('warning'); // node:sqlite announces itself as experimental
const { DatabaseSync } = await import('node:sqlite');

const NO_RESTART = 64;
const args = process.argv.slice(2);

/** As kimaki's parser: `--name=value` or two words, and a separate value that begins with "-" is an option of its own. */
function option(...names) {
  const joined = args.find((argument) => names.some((name) => argument.startsWith(`${name}=`)));
  if (joined !== undefined) return joined.slice(joined.indexOf('=') + 1) || undefined;
  const at = args.findIndex((argument) => names.includes(argument));
  return at < 0 || args[at + 1]?.startsWith('-') ? undefined : args[at + 1];
}

function fail(code, message) {
  process.stderr.write(`kimaki: ${message}\n`);
  process.exit(code);
}

function dataDirectory() {
  return option('--data-dir') ?? (process.env.KIMAKI_DATA_DIR || path.join(os.homedir(), '.kimaki'));
}

function token(dataDir) {
  if (process.env.KIMAKI_BOT_TOKEN) return process.env.KIMAKI_BOT_TOKEN;
  try {
    return fs.readFileSync(path.join(dataDir, 'token'), 'utf8').trim();
  } catch {
    return '';
  }
}

function openDatabase(file) {
  const database = new DatabaseSync(file);
  database.exec('PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL;');
  return database;
}

if (args.includes('--version') || args.includes('-v')) {
  const manifest = JSON.parse(fs.readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  console.log(`kimaki/${manifest.version} linux-${process.arch} node-${process.version}`);
} else if (args[0] === 'send') {
  send();
} else {
  serve();
}

function send() {
  if (args.includes('--help')) {
    console.log('Usage:\n  $ kimaki send --channel <id> --prompt <text> [--data-dir <path>]');
    return;
  }
  const channel = option('--channel', '-c');
  const prompt = option('--prompt', '-p');
  if (!channel || !prompt) fail(NO_RESTART, 'send needs --channel and --prompt');
  if (overPort()) return sendOverPort(channel, prompt);
  const dataDir = dataDirectory();
  const file = path.join(dataDir, 'kimaki.db');
  try {
    fs.accessSync(file, fs.constants.R_OK | fs.constants.W_OK);
    fs.accessSync(dataDir, fs.constants.W_OK);
  } catch (error) {
    fail(NO_RESTART, `no usable data directory ${dataDir}: ${error.code}`);
  }
  if (token(dataDir) === '') fail(NO_RESTART, 'no bot token');
  const database = openDatabase(file);
  database
    .prepare('INSERT INTO inbox (channel, prompt, sender_uid, sent_at) VALUES (?, ?, ?, ?)')
    .run(channel, prompt, process.getuid(), new Date().toISOString());
  database.close();
  console.log('message sent');
}

function overPort() {
  return fs.existsSync(new URL('../lab-send-over-port', import.meta.url));
}

function lockPort() {
  return Number(process.env.KIMAKI_LOCK_PORT || 29988);
}

function sendOverPort(channel, prompt) {
  const socket = net.connect(lockPort(), '127.0.0.1');
  let answer = '';
  socket.setTimeout(5000, () => fail(NO_RESTART, 'the service does not answer'));
  socket.on('error', (error) => fail(NO_RESTART, `lock port ${lockPort()}: ${error.code}`));
  socket.on('data', (chunk) => (answer += chunk));
  socket.on('close', () => {
    if (answer !== 'taken\n') fail(NO_RESTART, 'the service did not take the message');
    console.log('message sent');
  });
  socket.write(`${JSON.stringify({ channel, prompt, uid: process.getuid() })}\n`);
}

/** Takes one message from a connection to the lock port. */
function takeOverPort(socket, database) {
  let text = '';
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    text += chunk;
    if (!text.endsWith('\n')) return;
    const { channel, prompt, uid } = JSON.parse(text);
    database
      .prepare('INSERT INTO inbox (channel, prompt, sender_uid, sent_at) VALUES (?, ?, ?, ?)')
      .run(channel, prompt, uid, new Date().toISOString());
    socket.end('taken\n');
  });
}

function serve() {
  const dataDir = dataDirectory();
  if (token(dataDir) === '') fail(NO_RESTART, 'no bot token and no terminal to ask for one');
  keepSession();

  fs.mkdirSync(dataDir, { recursive: true });
  const database = openDatabase(path.join(dataDir, 'kimaki.db'));
  database.exec(`
    CREATE TABLE IF NOT EXISTS channels (id TEXT PRIMARY KEY, name TEXT NOT NULL, directory TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS inbox (
      id INTEGER PRIMARY KEY AUTOINCREMENT, channel TEXT, prompt TEXT, sender_uid INTEGER, sent_at TEXT);
    CREATE TABLE IF NOT EXISTS messages (
      id INTEGER PRIMARY KEY, channel TEXT, prompt TEXT, sender_uid INTEGER, received_at TEXT, error TEXT);
    CREATE TABLE IF NOT EXISTS heartbeats (
      id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, uid INTEGER NOT NULL);
  `);

  const port = lockPort();
  const lock = net.createServer((socket) => (overPort() ? takeOverPort(socket, database) : socket.end()));
  lock.on('error', (error) => fail(1, `lock port ${port}: ${error.code}`));
  lock.listen(port, '127.0.0.1', () => {
    fs.writeFileSync(path.join(dataDir, 'lab.pid'), `${process.pid}\n`);
    const umask = process.umask().toString(8).padStart(4, '0');
    const ids = `uid=${process.getuid()} gid=${process.getgid()} umask=${umask}`;
    console.log(`ready ${ids} home=${os.homedir()} data=${dataDir}`);
    leaveTraces();
  });

  const beat = database.prepare('INSERT INTO heartbeats (at, uid) VALUES (?, ?)');
  const heart = () => beat.run(new Date().toISOString(), process.getuid());
  heart();
  setInterval(heart, 1000);
  setInterval(() => drain(database), 100);

  const stop = () => {
    database.close();
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

function drain(database) {
  for (const row of database.prepare('SELECT * FROM inbox ORDER BY id').all()) {
    database.exec('BEGIN IMMEDIATE');
    database
      .prepare('INSERT INTO messages (id, channel, prompt, sender_uid, received_at) VALUES (?, ?, ?, ?, ?)')
      .run(row.id, row.channel, row.prompt, row.sender_uid, new Date().toISOString());
    database.prepare('DELETE FROM inbox WHERE id = ?').run(row.id);
    database.exec('COMMIT');
    const stored = database.prepare('SELECT * FROM messages WHERE id = ?').get(row.id);
    const problem = answer(stored);
    if (problem) database.prepare('UPDATE messages SET error = ? WHERE id = ?').run(problem, row.id);
    console.log(`message ${row.id} from uid ${row.sender_uid}: ${problem ?? 'done'}`);
  }
}

/** Does what the prompt asks and reports it in the site; returns what went wrong, if anything. */
function answer(message) {
  const did = [];
  for (const line of message.prompt.split('\n')) {
    const verb = /^(write|mkdir|remove):(\S+) ?(.*)$/.exec(line.trim());
    if (!verb) continue;
    const target = path.resolve(verb[2]);
    did.push({ verb: verb[1], path: target, error: attempt(() => act(verb[1], target, verb[3])) });
  }
  const report = {
    id: Number(message.id),
    channel: message.channel,
    prompt: message.prompt,
    uid: process.getuid(),
    gid: process.getgid(),
    did,
  };
  const reported = attempt(() => {
    const directory = path.resolve('wp-content/uploads/agent');
    fs.mkdirSync(directory, { recursive: true });
    fs.writeFileSync(path.join(directory, `${report.id}.json`), JSON.stringify(report, null, 2) + '\n');
  });
  attempt(keepSession);
  return did.map((one) => one.error).find((error) => error !== null) ?? reported;
}

function act(verb, target, text) {
  if (verb === 'remove') {
    if (fs.lstatSync(target).isDirectory()) fs.rmdirSync(target);
    else fs.unlinkSync(target);
    return;
  }
  fs.mkdirSync(verb === 'mkdir' ? target : path.dirname(target), { recursive: true });
  if (verb === 'write') fs.writeFileSync(target, text.replaceAll('\\n', '\n') + '\n');
}

function attempt(work) {
  try {
    work();
    return null;
  } catch (error) {
    return `${error.code ?? error.name} ${error.path ?? error.message}`;
  }
}

/** The agent's own settings lie below HOME and must be writable, or the service cannot run. */
function keepSession() {
  const directory = path.join(os.homedir(), '.local/share/opencode/storage');
  fs.mkdirSync(directory, { recursive: true });
  fs.appendFileSync(path.join(directory, 'session.log'), `${new Date().toISOString()} uid=${process.getuid()}\n`);
}

/** What an agent leaves in shared places; not being able to is worth a line in the log, no more. */
function leaveTraces() {
  for (const file of ['/tmp/opencode-cache/index.json', '/var/tmp/opencode-snapshot', '/var/log/kimaki/agent.log']) {
    const problem = attempt(() => {
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.appendFileSync(file, `${process.getuid()}\n`);
    });
    if (problem) console.log(`cannot write ${file}: ${problem}`);
  }
}

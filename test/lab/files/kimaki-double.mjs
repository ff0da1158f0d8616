#!/usr/bin/env node
// A DOUBLE of kimaki 0.26, for tests only. What it has of the real program is the list of sentences in
// test/lab/kimakiDouble.test.ts, each with its public source; nothing else here is evidence about the real program.
//
//   kimaki [options]       a wrapper that starts itself again as a child; the child is the bot
//   kimaki send [options]  puts a message into the bot's database, where the real one posts it to Discord
//
// Of the lab alone:
// - A message is answered the way an agent would: files below the working directory, with the process's own umask. Lines
//   of a prompt that start with a verb are carried out, and each message is reported in
//   wp-content/uploads/agent/<message id>.json:
//     write:PATH TEXT     creates or overwrites PATH and the directories above it (\n in TEXT is a new line)
//     mkdir:PATH          creates a directory
//     remove:PATH         deletes a file or an empty directory
// - With a file lab-send-over-port in the package, `send` gives the message to the lock port and opens nothing: it stands
//   for programs that reach their service another way.
// - LAB_FAULT makes the bot go wrong: `exit-N` at start, `hang` before it opens anything, `late` 3 s after it was ready,
//   `deaf` to SIGTERM. LAB_HASTE divides the wrapper's waits.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';

const NO_RESTART = 64;
const TEMPORARY = 75;
const words = process.argv.slice(2);
const isSubcommand = Boolean(words[0]) && !words[0].startsWith('-');
const defaultDataDir = path.join(os.homedir(), '.kimaki');

/** The options of a command: `=` needs a value, `?` may have one, the others have none. */
const BOT = `--restart-onboarding --add-channels --data-dir= --projects-dir= --install-url --use-worktrees
  --enable-voice-channels --verbosity= --mention-mode --no-critique --auto-restart --allow-all-users
  --restrict-directories --permission-timeout-minutes= --disable-sync --no-analytics --no-auto-upgrade --gateway
  --gateway-callback-url= --allow-mention= --enable-skill= --disable-skill=`;
const SEND = `--channel= -c= --project= -d= --prompt= -p= --name? -n? --app-id? -a? --notify-only --worktree? --cwd= --user=
  -u= --agent= --model= --permission= --injection-guard= --file= -f= --send-at= --pre-run= --allow-concurrency --thread=
  --session= --parent-session= --wait`;

if (process.env.__KIMAKI_CHILD || isSubcommand || words.includes('--help')) await command();
else wrapper();

function wrapper() {
  console.error('no subcommand detected. kimaki will automatically restart on crash');
  const snapshots = path.join(defaultDataDir, 'heap-snapshots');
  const haste = Number(process.env.LAB_HASTE ?? 1);
  let crashes = [];
  let temporary = 0;
  let child = null;
  let isStopping = false;

  const start = () => {
    if (!fs.existsSync(snapshots)) fs.mkdirSync(snapshots, { recursive: true });
    const heap = ['--heapsnapshot-near-heap-limit=3', `--diagnostic-dir=${snapshots}`];
    child = spawn(process.execPath, [...heap, ...process.argv.slice(1)], {
      stdio: 'inherit',
      env: { ...process.env, __KIMAKI_CHILD: '1' },
    });
    child.on('exit', (code, signal) => {
      child = null;
      if (code === 0 || code === NO_RESTART || isStopping) process.exit(code ?? 0);
      if (code !== TEMPORARY) crashes = [...crashes, Date.now()].filter((at) => at >= Date.now() - 60_000);
      if (crashes.length > 5) {
        console.error('crash loop: 5 crashes in 60s, exiting');
        process.exit(1);
      }
      const step = code === TEMPORARY ? Math.min(temporary++, 4) : crashes.length - 1;
      const seconds = Math.min(2 * 2 ** step, 30);
      console.error(`child exited with ${signal ?? code}, restarting in ${seconds}s`);
      setTimeout(start, (seconds * 1000) / haste);
    });
  };
  const end = (signal) => {
    isStopping ||= signal !== 'SIGUSR2';
    const target = child;
    if (target === null && isStopping) process.exit(0);
    target?.kill(signal);
    setTimeout(() => target === child && target?.kill('SIGKILL'), 15_000 / haste).unref();
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGUSR2']) process.on(signal, () => end(signal));
  process.on('SIGUSR1', () => child?.kill('SIGUSR1'));
  start();
}

async function command() {
  process.title = 'kimaki';
  if (words.includes('--help') || words.includes('-h')) {
    console.log(`Usage:\n  $ kimaki ${isSubcommand ? words[0] : '[options]'}`);
  } else if (words[0] === 'send' || words[0] === 'start-session') {
    await send(read(words.slice(1), SEND));
  } else if (words.includes('--version') || words.includes('-v')) {
    const { version } = JSON.parse(fs.readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
    console.log(`kimaki/${version} linux-${process.arch} node-${process.version}`);
  } else {
    await bot(read(words, BOT));
  }
}

/** `--name=value` or two words; a word that begins with "-" is an option and never a value. */
function read(given, known) {
  const kinds = new Map(known.split(/\s+/).map((one) => [one.replace(/[=?]$/, ''), /[=?]$/.exec(one)?.[0]]));
  const found = {};
  for (let index = 0; index < given.length; index += 1) {
    if (!given[index].startsWith('-')) continue;
    const [, name, joined] = /^([^=]*)(?:=(.*))?$/s.exec(given[index]);
    if (!kinds.has(name)) fail(1, `error: Unknown option \`${name}\``);
    const next = given[index + 1];
    const takes = kinds.get(name) !== undefined && joined === undefined && next !== undefined && !next.startsWith('-');
    const value = joined ?? (takes ? given[(index += 1)] : undefined);
    if (kinds.get(name) === '=' && !value) fail(1, `error: option \`${name}\` value is missing`);
    found[name] = value ?? true;
  }
  return found;
}

function fail(code, message) {
  process.stderr.write(`kimaki: ${message}\n`);
  process.exit(code);
}

/** What the real program catches at the end of a command. */
function orNoRestart(work) {
  try {
    return work();
  } catch (error) {
    return fail(NO_RESTART, `${error.code ?? error.name} ${error.message}`);
  }
}

async function openDatabase(dataDir) {
  process.removeAllListeners('warning'); // node:sqlite announces itself as experimental
  const { DatabaseSync } = await import('node:sqlite');
  return orNoRestart(() => {
    fs.mkdirSync(dataDir, { recursive: true });
    const database = new DatabaseSync(path.join(dataDir, 'discord-sessions.db'));
    database.exec(`PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL;
      CREATE TABLE IF NOT EXISTS bot_tokens (app_id TEXT PRIMARY KEY, token TEXT NOT NULL);
      CREATE TABLE IF NOT EXISTS channel_directories (
        channel_id TEXT PRIMARY KEY, directory TEXT NOT NULL, channel_type TEXT NOT NULL DEFAULT 'text');
      CREATE TABLE IF NOT EXISTS inbox (
        id INTEGER PRIMARY KEY AUTOINCREMENT, channel TEXT, prompt TEXT, sender_uid INTEGER, sent_at TEXT);
      CREATE TABLE IF NOT EXISTS messages (
        id INTEGER PRIMARY KEY, channel TEXT, prompt TEXT, sender_uid INTEGER, received_at TEXT, error TEXT);
      CREATE TABLE IF NOT EXISTS heartbeats (
        id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, uid INTEGER NOT NULL);`);
    return database;
  });
}

/** The variable, else what a bot saved before. */
function tokenOf(database) {
  return process.env.KIMAKI_BOT_TOKEN || database.prepare('SELECT token FROM bot_tokens').get()?.token;
}

function lockPort(dataDir) {
  const named = Number.parseInt(process.env.KIMAKI_LOCK_PORT ?? '', 10);
  if (named >= 1 && named <= 65535) return named;
  if (dataDir === defaultDataDir) return 29988;
  let hash = 0;
  for (const unit of dataDir.split('')) hash = (hash * 31 + unit.charCodeAt(0)) | 0;
  return 30000 + (Math.abs(hash) % 10000);
}

function isOverPort() {
  return fs.existsSync(new URL('../lab-send-over-port', import.meta.url));
}

async function send(given) {
  const channel = given['--channel'] ?? given['-c'];
  const thread = given['--thread'] ?? given['--session'];
  const prompt = given['--prompt'] ?? given['-p'];
  if (given['--thread'] && given['--session']) fail(NO_RESTART, 'Use either --thread or --session, not both');
  if (thread && channel) fail(NO_RESTART, 'Cannot combine --thread/--session with --channel/--project');
  if (!prompt) fail(NO_RESTART, 'Prompt is required. Use --prompt <prompt>');
  const message = { channel: channel ?? thread ?? process.cwd(), prompt, uid: process.getuid() };
  if (isOverPort()) {
    const url = `http://127.0.0.1:${lockPort(defaultDataDir)}/lab/message`;
    const answer = await fetch(url, { method: 'POST', body: JSON.stringify(message) }).catch(() => null);
    if (answer?.status !== 200) fail(NO_RESTART, `the bot does not answer at ${url}`);
  } else {
    // A slow machine: the program is running and has nothing open yet.
    const seconds = /^lab-slow:(\d+)/.exec(prompt)?.[1];
    if (seconds) await new Promise((resolve) => setTimeout(resolve, Number(seconds) * 1000));
    const database = await openDatabase(defaultDataDir);
    if (!tokenOf(database)) fail(NO_RESTART, 'No bot token found. Set KIMAKI_BOT_TOKEN env var or run `kimaki` first.');
    put(database, message);
    database.close();
  }
  console.log('message sent');
}

function put(database, { channel, prompt, uid }) {
  database
    .prepare('INSERT INTO inbox (channel, prompt, sender_uid, sent_at) VALUES (?, ?, ?, ?)')
    .run(channel, prompt, uid, new Date().toISOString());
}

async function bot(given) {
  const dataDir = given['--data-dir'] ? path.resolve(given['--data-dir']) : defaultDataDir;
  const port = lockPort(dataDir);
  const fault = process.env.LAB_FAULT ?? '';
  console.log(`lock port ${port}`);
  orNoRestart(() => {
    for (const one of [dataDir, given['--projects-dir'] ?? []].flat()) {
      fs.mkdirSync(path.resolve(one), { recursive: true });
    }
    fs.writeFileSync(path.join(dataDir, 'kimaki.log'), `--- kimaki log started at ${new Date().toISOString()} ---\n`);
  });
  if (given['--enable-skill'] && given['--disable-skill']) {
    fail(NO_RESTART, 'Cannot use --enable-skill and --disable-skill at the same time');
  }
  if (fault.startsWith('exit-')) fail(Number(fault.slice(5)), `LAB_FAULT=${fault}`);
  if (fault === 'hang') return void setInterval(() => {}, 1000);
  await evict(port);
  const database = await openDatabase(dataDir);
  const server = http.createServer((request, response) => void answerOver(request, response, database));
  server.on('error', (error) => fail(NO_RESTART, `lock port ${port}: ${error.code}`));
  await new Promise((listens) => server.listen(port, '127.0.0.1', listens));
  const token = tokenOf(database);
  if (!token) fail(NO_RESTART, 'Setup requires an interactive terminal (TTY) for prompts.');
  database.prepare('INSERT OR REPLACE INTO bot_tokens (app_id, token) VALUES (?, ?)').run('1', token);
  keepSession();
  const stop = () => {
    if (fault === 'deaf') return;
    database.close();
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('SIGUSR2', () => process.kill(process.pid, 'SIGKILL'));

  fs.writeFileSync(path.join(dataDir, 'lab.pid'), `${process.pid}\n`);
  const umask = process.umask().toString(8).padStart(4, '0');
  const ids = `uid=${process.getuid()} gid=${process.getgid()} umask=${umask}`;
  console.log(`ready ${ids} home=${os.homedir()} data=${dataDir}`);
  leaveTraces();
  if (fault === 'late') setTimeout(() => fail(1, `LAB_FAULT=${fault}`), 3000);

  const beat = database.prepare('INSERT INTO heartbeats (at, uid) VALUES (?, ?)');
  const heart = () => beat.run(new Date().toISOString(), process.getuid());
  heart();
  setInterval(heart, 1000);
  setInterval(() => drain(database), 250);
}

/** Only one bot holds a lock port: whoever is there is asked to end, and given ten seconds. */
async function evict(port) {
  const health = () => fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(1000) });
  const pid = await health()
    .then((answer) => answer.json())
    .then((body) => body.pid)
    .catch(() => undefined);
  if (!pid || pid === process.pid) return;
  console.log(`Evicting existing kimaki process (PID: ${pid}) on port ${port}`);
  if (attempt(() => process.kill(pid, 'SIGTERM')) !== null) return;
  for (let second = 0; second < 10; second += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    if (
      await health()
        .catch(() => null)
        .then((answer) => answer === null)
    )
      return;
  }
}

async function answerOver(request, response, database) {
  if (request.url === '/health') return response.end(JSON.stringify({ status: 'ok', pid: process.pid }));
  if (request.url !== '/lab/message' || !isOverPort()) return response.writeHead(404).end();
  let text = '';
  for await (const chunk of request) text += chunk;
  put(database, JSON.parse(text));
  return response.end();
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

/** What an agent leaves in shared places, in the lab; not being able to is worth a line in the log, no more. */
function leaveTraces() {
  if (!fs.existsSync('/opt/lab')) return;
  for (const file of ['/tmp/opencode-cache/index.json', '/var/tmp/opencode-snapshot', '/var/log/kimaki/agent.log']) {
    const problem = attempt(() => {
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.appendFileSync(file, `${process.getuid()}\n`);
    });
    if (problem) console.log(`cannot write ${file}: ${problem}`);
  }
}

#!/usr/bin/env node
// A DOUBLE of Roadie, for tests only. What it has of the real program is the list of sentences in
// test/lab/roadieDouble.test.ts, each with its public source; nothing else here is evidence about the real program.
//
//   roadie [--data-dir D] [--auto-restart]   a wrapper that starts itself again as a child; the child is the bot
//   roadie send --channel C --prompt P       gives a message to the bot
//
// Of the lab alone: every message is stored in the database and reported in wp-content/uploads/agent/<message id>.json below
// the working directory, with the process's own umask. LAB_HASTE divides the wrapper's waits.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';

const NO_RESTART = 64;
const TEMPORARY = 75;
const words = process.argv.slice(2);
const isSubcommand = Boolean(words[0]) && !words[0].startsWith('-');

if (words.includes('--help')) console.log('Usage:\n  $ roadie [command] [options]');
else if (words[0] === 'send') await send();
else if (isSubcommand) fail(NO_RESTART, `unknown command ${words[0]}`);
else if (process.env.__ROADIE_CHILD && words.includes('--version')) console.log(version());
else if (process.env.__ROADIE_CHILD) await bot();
else wrapper();

function version() {
  return `roadie/${JSON.parse(fs.readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version}`;
}

function fail(code, message) {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}

function option(name) {
  const joined = words.find((word) => word.startsWith(`${name}=`));
  if (joined !== undefined) return joined.slice(name.length + 1);
  const at = words.indexOf(name);
  return at < 0 || words[at + 1]?.startsWith('-') ? undefined : words[at + 1];
}

function wrapper() {
  console.error('no subcommand detected. roadie will automatically restart on crash');
  const snapshots = path.join(os.homedir(), '.roadie', 'heap-snapshots');
  const haste = Number(process.env.LAB_HASTE ?? 1);
  let crashes = [];
  let temporary = 0;
  let child = null;
  let isStopping = false;
  const start = () => {
    if (isStopping) return;
    if (!fs.existsSync(snapshots)) fs.mkdirSync(snapshots, { recursive: true });
    const heap = ['--heapsnapshot-near-heap-limit=3', `--diagnostic-dir=${snapshots}`];
    child = spawn(process.execPath, [...heap, ...process.argv.slice(1)], {
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, __ROADIE_CHILD: '1' },
    });
    child.on('exit', (code, signal) => {
      child = null;
      if (code === 0 || code === NO_RESTART || isStopping) process.exit(code ?? 0);
      if (code !== TEMPORARY) crashes = [...crashes, Date.now()].filter((at) => at >= Date.now() - 60_000);
      if (crashes.length > 5) fail(1, 'crash loop: 5 crashes in 60s, exiting');
      const step = code === TEMPORARY ? Math.min(temporary++, 4) : crashes.length - 1;
      const seconds = Math.min(2 * 2 ** step, 30);
      console.error(`child exited with ${signal ?? code}, restarting in ${seconds}s`);
      setTimeout(start, (seconds * 1000) / haste);
    });
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
    process.on(signal, () => {
      isStopping = true;
      if (child === null) process.exit(0);
      child.kill(signal);
      setTimeout(() => child?.kill('SIGKILL'), 15_000 / haste).unref();
    });
  }
  start();
}

/** A secret from the variable, or from the file that the variable with _FILE names. */
function secret(name) {
  const direct = process.env[name]?.trim();
  if (direct) return direct;
  const file = process.env[`${name}_FILE`]?.trim();
  if (!file) return undefined;
  let value;
  try {
    value = fs.readFileSync(file, 'utf8').trim();
  } catch (error) {
    fail(1, `${name}_FILE (${file}) is not readable: ${error.message}`);
  }
  return value || fail(1, `${name}_FILE (${file}) is empty`);
}

function dataDirectory() {
  return path.resolve(option('--data-dir') ?? (process.env.ROADIE_DATA_DIR || path.join(os.homedir(), '.roadie')));
}

function lockPort() {
  const named = Number.parseInt(process.env.ROADIE_LOCK_PORT ?? '', 10);
  if (named >= 1 && named <= 65535) return named;
  const dataDir = dataDirectory();
  if (dataDir === path.join(os.homedir(), '.roadie')) return 29988;
  let hash = 0;
  for (let at = 0; at < dataDir.length; at += 1) hash = (hash * 31 + dataDir.charCodeAt(at)) | 0;
  return 12000 + (Math.abs(hash) % 10000);
}

async function openDatabase() {
  process.removeAllListeners('warning'); // node:sqlite announces itself as experimental
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(path.join(dataDirectory(), 'discord-sessions.db'));
  database.exec('PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL;');
  database.exec(`
    CREATE TABLE IF NOT EXISTS channel_directories (channel_id TEXT PRIMARY KEY, directory TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS inbox (id INTEGER PRIMARY KEY AUTOINCREMENT, channel TEXT, prompt TEXT);
    CREATE TABLE IF NOT EXISTS messages (id INTEGER PRIMARY KEY, channel TEXT, prompt TEXT, error TEXT);
    CREATE TABLE IF NOT EXISTS heartbeats (id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, uid INTEGER NOT NULL);`);
  return database;
}

async function send() {
  const token = secret('ROADIE_SERVICE_TOKEN');
  if (token !== undefined && !canUseDatabase()) return sendThroughBot(token);
  const channel = option('--channel');
  const prompt = option('--prompt');
  if (!channel) fail(NO_RESTART, 'Error: Pass --channel, --thread or --session, or configure application.channel');
  if (!prompt) fail(NO_RESTART, 'Prompt is required. Use --prompt <prompt>');
  let database;
  try {
    database = await openDatabase();
  } catch (error) {
    fail(NO_RESTART, `Error: ${error.message}`);
  }
  database.prepare('INSERT INTO inbox (channel, prompt) VALUES (?, ?)').run(channel, prompt);
  database.close();
  console.log('Thread created');
}

function canUseDatabase() {
  try {
    fs.accessSync(path.join(dataDirectory(), 'discord-sessions.db'), fs.constants.R_OK | fs.constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

async function sendThroughBot(token) {
  const options = { channel: option('--channel'), prompt: option('--prompt') };
  const response = await fetch(`http://127.0.0.1:${lockPort()}/roadie/send`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ options, files: [] }),
  }).catch(() => fail(1, `Could not reach the running Roadie bot on port ${lockPort()}`));
  const text = await response.text();
  if (!response.ok) fail(1, `Roadie bot rejected the send (${response.status}): ${text}`);
  let code = 1;
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const event = JSON.parse(line);
    if ('exit' in event) code = event.exit;
    else if ('stream' in event) process[event.stream].write(event.data);
  }
  process.exit(code);
}

async function bot() {
  if (secret('ROADIE_BOT_TOKEN') === undefined) fail(NO_RESTART, 'no bot token and no terminal to ask for one');
  const sendToken = secret('ROADIE_SERVICE_TOKEN');
  keepSession();
  fs.mkdirSync(dataDirectory(), { recursive: true });
  await endFormerInstance();
  const database = await openDatabase();
  const server = http.createServer((request, response) => {
    if (request.url === '/health') {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({ status: 'ok', pid: process.pid, wrapperPid: process.connected ? process.ppid : null }),
      );
    } else if (request.method === 'POST' && request.url === '/roadie/send') {
      if (sendToken === undefined || request.headers.authorization !== `Bearer ${sendToken}`) {
        response.writeHead(401).end('{"error":"unauthorized"}');
      } else takeSend(request, response);
    } else response.writeHead(404).end();
  });
  server.on('error', (error) => fail(1, `lock port ${lockPort()}: ${error.code}`));
  server.listen(lockPort(), '127.0.0.1', () => {
    const umask = process.umask().toString(8).padStart(4, '0');
    console.log(
      `ready uid=${process.getuid()} gid=${process.getgid()} umask=${umask} home=${os.homedir()} data=${dataDirectory()}`,
    );
  });
  const beat = database.prepare('INSERT INTO heartbeats (at, uid) VALUES (?, ?)');
  const heart = () => beat.run(new Date().toISOString(), process.getuid());
  heart();
  setInterval(heart, 1000);
  setInterval(() => drain(database), 100);
  const stop = () => {
    server.close();
    database.close();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, stop);
  // The wrapper is gone: a bot by itself would keep the port from its successor.
  process.on('disconnect', stop);
}

/** Runs `roadie send` as the bot's own account, and answers with what it writes. */
function takeSend(request, response) {
  let body = '';
  request.on('data', (chunk) => (body += chunk));
  request.on('end', () => {
    const { options } = JSON.parse(body);
    const given = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
    const env = { ...process.env, ROADIE_DATA_DIR: dataDirectory() };
    for (const name of ['ROADIE_SERVICE_TOKEN', 'ROADIE_SERVICE_TOKEN_FILE', '__ROADIE_CHILD']) delete env[name];
    const child = spawn(process.execPath, [process.argv[1], 'send', ...given], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    for (const stream of ['stdout', 'stderr'])
      child[stream].on('data', (data) => response.write(`${JSON.stringify({ stream, data: data.toString() })}\n`));
    child.on('close', (code) => response.end(`${JSON.stringify({ exit: code ?? 1 })}\n`));
  });
}

/** An older instance on the port is asked to end, its wrapper first: that would start it again. */
async function endFormerInstance() {
  const url = `http://127.0.0.1:${lockPort()}/health`;
  const former = await fetch(url, { signal: AbortSignal.timeout(1000) }).then(
    (answer) => answer.json(),
    () => null,
  );
  if (!former?.pid || former.pid === process.pid) return;
  process.kill(former.wrapperPid ?? former.pid, 'SIGTERM');
  for (let tries = 0; tries < 100; tries += 1) {
    if (!fs.existsSync(`/proc/${former.pid}`)) return;
    await new Promise((done) => setTimeout(done, 200));
  }
}

function drain(database) {
  for (const row of database.prepare('SELECT * FROM inbox ORDER BY id').all()) {
    database.exec('BEGIN IMMEDIATE');
    database
      .prepare('INSERT INTO messages (id, channel, prompt) VALUES (?, ?, ?)')
      .run(row.id, row.channel, row.prompt);
    database.prepare('DELETE FROM inbox WHERE id = ?').run(row.id);
    database.exec('COMMIT');
    const report = { id: Number(row.id), prompt: row.prompt, uid: process.getuid(), gid: process.getgid(), did: [] };
    try {
      const directory = path.resolve('wp-content/uploads/agent');
      fs.mkdirSync(directory, { recursive: true });
      fs.writeFileSync(path.join(directory, `${report.id}.json`), `${JSON.stringify(report, null, 2)}\n`);
      keepSession();
    } catch (error) {
      database.prepare('UPDATE messages SET error = ? WHERE id = ?').run(String(error.code), row.id);
    }
  }
}

/** The agent's own settings lie below HOME and must be writable, or the service cannot run. */
function keepSession() {
  const directory = path.join(os.homedir(), '.local/share/opencode/storage');
  fs.mkdirSync(directory, { recursive: true });
  fs.appendFileSync(path.join(directory, 'session.log'), `${new Date().toISOString()} uid=${process.getuid()}\n`);
}

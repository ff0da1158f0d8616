#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { COMMANDS, overview } from './commandTable.js';
import { runCli } from './runCli.js';

// SQLite is WebAssembly that runs for moments: V8's second, optimizing compilation took a fifth of the processor time of a
// plan, and a query over 45 MB was no faster with it. Set here and not beside SQLite, since it is one setting for the whole
// process, and a program that imports the package has WebAssembly of its own.
setFlagsFromString('--no-wasm-tier-up');
setFlagsFromString('--no-wasm-dynamic-tiering');

process.exit(await runCli(process.argv.slice(2), { subcommands: COMMANDS, alone: overview }, process));

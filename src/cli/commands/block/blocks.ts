import {
  MAX_BODY_BYTES,
  getBlockInFile,
  listBlocksInFile,
  parseLabel,
  putBlockInFile,
  removeBlockInFile,
} from '../../../wordpress/blocks/index.js';
import type { BlockFileChange } from '../../../wordpress/blocks/index.js';
import { defineCommand } from '../../command.js';
import type { Output } from '../../createOutput.js';
import { EXIT } from '../../exitCodes.js';
import type { ExitCode } from '../../exitCodes.js';
import { usageError } from '../../parseArguments.js';

/** What the labels of each kind of file begin with. */
const LABELS: ReadonlyMap<string, string> = new Map([
  ['channels', 'bridge:'],
  ['runtimes', 'runtime:'],
]);
const NAME_NOTE = 'NAME is the whole label: bridge:kimaki, runtime:opencode.';

export const list = defineCommand({
  usage: ['FILE'],
  options: [],
  operands: { min: 1, max: 1 },
  async run(context) {
    const path = context.operandPath(0, 'FILE');
    if (path.isErr()) return context.fail(path.error);
    const blocks = await listBlocksInFile(path.value);
    if (blocks.isErr()) return context.fail(blocks.error);
    for (const { label } of blocks.value) context.output.print(label);
    context.output.record({ blocks: blocks.value.map(({ label, line, endLine }) => ({ name: label, line, endLine })) });
    return EXIT.done;
  },
});

export const get = defineCommand({
  usage: ['FILE NAME'],
  options: [],
  operands: { min: 2, max: 2 },
  notes: [NAME_NOTE],
  async run(context) {
    const [, name = ''] = context.operands;
    const path = context.operandPath(0, 'FILE');
    if (path.isErr()) return context.fail(path.error);
    const named = parseLabel(name);
    if (named.isErr()) return context.fail(named.error);
    const block = await getBlockInFile(path.value, name);
    if (block.isErr()) return context.fail(block.error);
    const { label, line, endLine, body } = block.value;
    const text = body.toString('utf8');
    const exact = Buffer.from(text, 'utf8').equals(body) ? {} : { bodyBase64: body.toString('base64') };
    if (context.output.json) context.output.record({ name: label, line, endLine, body: text, ...exact });
    else context.output.write(body);
    return EXIT.done;
  },
});

export const put = defineCommand({
  usage: ['FILE NAME [--create channels|runtimes] < BODY'],
  options: [
    {
      name: 'create',
      value: 'KIND',
      help: 'create the file as one of this kind if it does not exist: channels or runtimes',
    },
  ],
  operands: { min: 2, max: 2 },
  notes: [
    NAME_NOTE,
    'The owner is kept and the mode becomes 0644, or 0664 where its group could write. A file that has this block already is not written.',
  ],
  async run(context) {
    const [, name = ''] = context.operands;
    const path = context.operandPath(0, 'FILE');
    if (path.isErr()) return context.fail(path.error);
    const kind = context.value('create');
    const prefix = kind === undefined ? '' : LABELS.get(kind);
    if (prefix === undefined) return context.fail(usageError('--create is channels or runtimes'));
    if (!name.startsWith(prefix))
      return context.fail(usageError(`the blocks of a file of ${kind ?? ''} are called ${prefix}NAME`));
    // Checked before standard input is read, which may wait for a person.
    const named = parseLabel(name);
    if (named.isErr()) return context.fail(named.error);
    const done = await putBlockInFile(path.value, name, await context.readInput(MAX_BODY_BYTES), {
      create: kind !== undefined,
    });
    return done.match(
      (change) => tell(context.output, change, 'written'),
      (error) => context.fail(error),
    );
  },
});

export const remove = defineCommand({
  usage: ['FILE NAME'],
  options: [],
  operands: { min: 2, max: 2 },
  notes: [NAME_NOTE, 'Exit status 0 also when there is no such block.'],
  async run(context) {
    const [, name = ''] = context.operands;
    const path = context.operandPath(0, 'FILE');
    if (path.isErr()) return context.fail(path.error);
    const done = await removeBlockInFile(path.value, name);
    return done.match(
      (change) => tell(context.output, change, 'removed'),
      (error) => context.fail(error),
    );
  },
});

function tell(output: Output, change: BlockFileChange, done: string): ExitCode {
  output.record(change);
  const healed = change.modeHealed ? 'unchanged; the mode was wrong and was set' : 'unchanged';
  output.print(change.changed ? done : healed);
  return EXIT.done;
}

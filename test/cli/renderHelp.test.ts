import { describe, expect, it } from 'vitest';
import { defineCommand } from '../../src/cli/command.js';
import { COMMANDS } from '../../src/cli/commandTable.js';
import { GLOBAL_OPTIONS, renderCommandHelp, renderGroupHelp } from '../../src/cli/renderHelp.js';

const run = () => Promise.reject(new Error('is not run here'));
const operands = { min: 0, max: 0 };

describe('renderCommandHelp', () => {
  it('shows usage, options in a column, those of every command, and notes', () => {
    const command = defineCommand({
      usage: ['PATH --as USER', ''],
      options: [
        { name: 'as', value: 'USER', help: 'on whose behalf' },
        { name: 'extra', short: 'e', value: 'PATH', repeatable: true, help: 'more' },
      ],
      operands,
      notes: ['A note.'],
      run,
    });
    const lines = renderCommandHelp('wca look', 'Looks.', command).split('\n');
    expect(lines.slice(0, 9)).toEqual([
      'Looks.',
      '',
      'Usage:',
      '  wca look PATH --as USER',
      '  wca look',
      '',
      'Options:',
      '      --as USER     on whose behalf',
      '  -e, --extra PATH  more (repeatable)',
    ]);
    for (const { name, help } of GLOBAL_OPTIONS) {
      expect(
        lines.some((line) => line.includes(`--${name}`) && line.endsWith(help)),
        name,
      ).toBe(true);
    }
    expect(lines.slice(-3)).toEqual(['', 'A note.', '']);
  });

  it('leaves out what a command has none of', () => {
    const help = renderCommandHelp('wca look', 'Looks.', defineCommand({ usage: [''], options: [], operands, run }));
    expect(help).not.toContain('Options:');
    expect(help.endsWith('show this help\n')).toBe(true);
  });
});

describe('renderGroupHelp', () => {
  it('lists the commands, and offers the version of the program alone', () => {
    const help = renderGroupHelp('wca', 'Parts.', COMMANDS);
    for (const { name, summary } of COMMANDS) expect(help).toMatch(new RegExp(`^  ${name} +${summary}$`, 'm'));
    expect(help).toContain('--version');
    expect(help).toContain('wca COMMAND --help says more.');
    expect(renderGroupHelp('wca unit', 'Units.', [])).not.toMatch(/--version|Commands:/);
  });
});

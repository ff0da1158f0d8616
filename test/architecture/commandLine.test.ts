import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { allSources } from './sources.js';

/** Options of other programs that are named in words of the library; everything else with two dashes is an option of wca. */
const OF_OTHER_PROGRAMS = [
  '--allow-root',
  '--data-dir',
  '--dataDir',
  '--no-auto-upgrade',
  '--version',
  '--full',
  '--create-home',
  '--global',
  '--prefix',
  '--auth',
  '--test',
  '--wait',
  '--hexdb',
  '--pipe',
];

const library = allSources().filter(({ path }) => !path.startsWith('cli/') && path !== 'index.ts');

/** The sentences of a file: strings and templates with a blank in them. Arguments of programs have none. */
function sentencesOf(source: (typeof library)[number]): readonly string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node) || ts.isTemplateLiteral(node)) found.push(node.getText(source.file));
    ts.forEachChild(node, visit);
  };
  visit(source.file);
  return found.filter((text) => /\s/.test(text));
}

describe('the library', () => {
  it('names no command of wca in what it says', () => {
    const wrong = library.flatMap((source) =>
      sentencesOf(source)
        .filter((text) => /(?<![\w/$.-])wca (?!does|is\b)[a-z]/.test(text))
        .map((text) => `${source.path}: ${text.slice(0, 120)}`),
    );
    expect(wrong).toEqual([]);
  });

  it('names no option of wca in what it says', () => {
    const wrong = library.flatMap((source) =>
      sentencesOf(source)
        .filter((text) =>
          [...text.matchAll(/(?<=[\s`'"(])--[a-zA-Z][a-zA-Z-]*/g)].some(
            ([option]) => !OF_OTHER_PROGRAMS.includes(option),
          ),
        )
        .map((text) => `${source.path}: ${text.slice(0, 120)}`),
    );
    expect(wrong).toEqual([]);
  });
});

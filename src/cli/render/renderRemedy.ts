import type { CallRemedy, OptionRemedy, RecipeRemedy, Remedy } from '../../posix/findings/index.js';
import { shellWord } from '../../posix/paths/shellWord.js';
import { PLAN_OPTIONS, VERIFY_OPTIONS } from '../commands/migrateOffRoot/optionSpecs.js';

/** A remedy as what a person types or does; commands are quoted for a shell. Pure. */
export function renderRemedy(way: Remedy): string {
  switch (way.kind) {
    case 'text':
      return way.text;
    case 'option':
      return `add ${optionOf(way)}`;
    case 'command':
      return shellWords(way.argv);
    case 'recipe':
      return recipeCommand(way);
    case 'call':
      return callCommand(way);
    case 'when':
      return `if ${way.condition}: ${renderRemedy(way.remedy)}`;
    case 'any-of':
      return way.remedies.map(renderRemedy).join(', or ');
    case 'in-order':
      return way.remedies.reduce((before, next, index) => {
        const previous = way.remedies[index - 1];
        const separator = previous === undefined ? '' : isTyped(previous) && isTyped(next) ? ' && ' : ', then ';
        return `${before}${separator}${renderRemedy(next)}`;
      }, '');
  }
}

/** Is this, read from a plan, a journal or an error, a remedy? */
export function isRemedy(value: unknown): value is Remedy {
  return typeof value === 'object' && value !== null && 'kind' in value;
}

/** The name of an option on the command line: `keepPaths` is `--keep-paths`. */
export function optionName(member: string): string {
  return `--${kebab(member)}`;
}

/** An option as it is typed, with its value or what stands for it. */
export function optionOf({ option, value }: OptionRemedy): string {
  const name = kebab(option);
  if (value !== undefined) return `--${name} ${shellWord(String(value))}`;
  const spec = [...PLAN_OPTIONS, ...VERIFY_OPTIONS].find((one) => one.name === name);
  return spec !== undefined && 'value' in spec ? `--${name} ${spec.value}` : `--${name}`;
}

function recipeCommand({ recipe, action, options = {} }: RecipeRemedy): string {
  const given = Object.entries(options).map(([member, value]) => ` ${optionName(member)} ${shellWord(value)}`);
  return `wca ${kebab(recipe)} ${action}${given.join('')}`;
}

function callCommand({ call, subject, args }: CallRemedy): string {
  const on = shellWord(subject);
  const options = (...names: readonly string[]): string =>
    names.map((name) => ` --${name} ${shellWord(args[name] ?? '')}`).join('');
  switch (call) {
    case 'reclaim':
      return `wca reclaim ${on}${options('from', 'to')}`;
    case 'queryOwnership':
      return `wca owned ${on}${options('by')}`;
    case 'explainAccess':
      return `wca access ${on}${options('as', 'for')}`;
    case 'editUnit':
      return `wca unit set ${shellWords([subject, ...Object.entries(args).map(([key, value]) => `${key}=${value}`)])}`;
    case 'listBlocks':
      return `wca block list ${on}`;
    case 'putBlock':
      return `wca block put ${on} NAME`;
  }
}

function isTyped({ kind }: Remedy): boolean {
  return kind === 'command' || kind === 'recipe' || kind === 'call';
}

function shellWords(words: readonly string[]): string {
  return words.map((word) => shellWord(word)).join(' ');
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

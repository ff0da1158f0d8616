import type { EffectiveSetting, EffectiveValue, UnitFault } from './effectiveUnit.js';
import type { Specifiers } from '../values/index.js';
import type { Directive } from './settings/directive.js';
import { findDirective } from './settings/findDirective.js';
import { UNIT_TYPES } from '../names/index.js';
import type { Assignment } from '../document/index.js';

/** Why a line keeps the unit from loading. */
interface Refusal {
  readonly reason: string;
  readonly loadState: 'bad-setting' | 'error';
}

/** The settings of one unit while its files are read, as systemd keeps them in memory. */
export class EffectiveSettings {
  readonly ignored: UnitFault[] = [];
  /** The sections that count in a unit of this type. */
  readonly sections: readonly string[];
  readonly #specifiers: Specifiers;
  readonly #settings = new Map<string, { readonly directive: Directive; readonly values: EffectiveValue[] }>();

  constructor(name: string, specifiers: Specifiers) {
    this.sections = sectionsOf(name);
    this.#specifiers = specifiers;
  }

  /** Takes one assignment in and notes what does not count of it. What is refused ends the file. */
  apply(
    path: string,
    assignment: Assignment,
    { ignored, keepRefused }: { readonly ignored: UnitFault[]; readonly keepRefused: boolean },
  ): Refusal | null {
    const { section, key, value: text, line } = assignment;
    // X- is for those who keep notes of their own in unit files, systemd.unit(5).
    if (!this.sections.includes(section) || key.startsWith('X-')) return null;
    const note = (reason: string): void => {
      ignored.push({ path, line, setting: `${section}.${key}`, reason });
    };
    const located = (values: readonly string[]): readonly EffectiveValue[] =>
      values.map((value) => ({ value, path, line }));
    const directive = findDirective(section, key);
    if (directive === undefined) {
      note('systemd 252 does not know this key; a newer version may');
      return null;
    }
    if (text === '' && directive.emptyResets) {
      this.#reset(directive, section);
      return null;
    }
    if (directive.read === null) {
      if (text === '') note('the value is empty, and this key cannot be reset');
      else this.#add(directive, located([text]));
      return null;
    }
    const reading = directive.read(text, this.#specifiers);
    switch (reading.kind) {
      case 'refused':
        this.#add(directive, located(keepRefused ? [text] : reading.values));
        return { reason: reading.reason, loadState: reading.loadState ?? 'bad-setting' };
      case 'reset':
        this.#reset(directive, section);
        return null;
      case 'ignored':
        note(reading.reason);
        return null;
      case 'values':
        reading.dropped.forEach(note);
        this.#add(directive, located(reading.values));
        return null;
    }
  }

  /** The values of a key, in order. */
  values(setting: string): readonly string[] {
    return (this.#settings.get(setting)?.values ?? []).map(({ value }) => value);
  }

  /** Every key that has a value. */
  all(): readonly EffectiveSetting[] {
    return [...this.#settings].flatMap(([setting, { directive, values }]) => {
      const [section = '', key = ''] = setting.split('.');
      return values.length === 0 ? [] : [{ section, key, values, checked: directive.read !== null }];
    });
  }

  #add(directive: Directive, added: readonly EffectiveValue[]): void {
    if (added.length === 0) return;
    for (const setting of directive.sets) {
      let entry = this.#settings.get(setting);
      if (entry === undefined) this.#settings.set(setting, (entry = { directive, values: [] }));
      if (directive.merge === 'last') entry.values.length = 0;
      for (const one of added) {
        const at = setting.endsWith('.Environment') ? entry.values.findIndex((other) => sameVariable(one, other)) : -1;
        if (at === -1) entry.values.push(one);
        else entry.values[at] = one;
      }
    }
  }

  #reset(directive: Directive, section: string): void {
    const { clears, sets } = directive;
    for (const setting of sets) this.#settings.delete(setting);
    if (clears === null) return;
    for (const setting of [...this.#settings.keys()]) {
      const [own, key = ''] = setting.split('.');
      if (own === section && clears.test(key)) this.#settings.delete(setting);
    }
  }
}

/** Whether two assignments of `Environment=` are of one variable: the later one takes the place of the earlier. */
function sameVariable(one: EffectiveValue, other: EffectiveValue): boolean {
  return one.value.slice(0, one.value.indexOf('=') + 1) === other.value.slice(0, other.value.indexOf('=') + 1);
}

/** The sections that systemd reads in a unit of this name; it warns of others and ignores them. */
function sectionsOf(name: string): readonly string[] {
  const own = UNIT_TYPES.get(name.slice(name.lastIndexOf('.') + 1))?.section ?? null;
  return own === null ? ['Unit', 'Install'] : ['Unit', 'Install', own];
}

import { isAtOrBelow } from '../../posix/paths/index.js';
import { booleanOf, effectiveValues } from '../../systemd/load/index.js';
import { splitWords } from '../../systemd/values/index.js';
import type { EffectiveUnit } from '../../systemd/load/index.js';

/** A setting of a unit that prevents or cancels a change of its user. */
export interface SettingAgainst {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  readonly key: string;
  readonly value: string;
  /** What would happen, and what to do. */
  readonly why: string;
  /** `breaks`: the service would not work; `check`: it depends on the host. */
  readonly weight: 'breaks' | 'check';
}

/**
 * Finds settings with which a service would not work as the new user; pure.
 *
 * It knows the settings that hide homes, make the system read-only, choose the user themselves, or keep sudo from
 * working, and judges the values that systemd has of them. The full effect of a sandbox shows only when the service
 * starts.
 *
 * @param use - where the service keeps its data, and whether it must be able to use sudo itself
 */
export function settingsAgainst(
  unit: EffectiveUnit,
  use: { readonly home: string; readonly dataDir: string; readonly needsSudo?: boolean },
): readonly SettingAgainst[] {
  const writable = effectiveValues(unit, 'Service', 'ReadWritePaths').map(({ value }) => pathOf(value));
  return unit.settings.flatMap(({ section, key, values }) =>
    values.flatMap(({ value, path: file, line }): SettingAgainst[] => {
      const verdict = section === 'Service' ? RULES[key]?.(value, { ...use, writable }) : null;
      return verdict === null || verdict === undefined ? [] : [{ file, line, key, value, ...verdict }];
    }),
  );
}

interface Use {
  readonly home: string;
  readonly dataDir: string;
  readonly needsSudo?: boolean;
  readonly writable: readonly string[];
}
type Rule = (value: string, use: Use) => { readonly why: string; readonly weight: SettingAgainst['weight'] } | null;

function breaks(why: string): ReturnType<Rule> {
  return { why, weight: 'breaks' };
}

function check(why: string): ReturnType<Rule> {
  return { why, weight: 'check' };
}

/** `-` before a path allows it to be missing, `+` starts at `RootDirectory=`; options may stand behind a colon. */
function pathOf(value: string): string {
  return value
    .replace(/^[-+]+/, '')
    .replace(/:.*$/, '')
    .replace(/(.)\/+$/, '$1');
}

const hidden: Rule = (value, { home, dataDir }) => closed(pathOf(value), [home, dataDir], []);

/** systemd keeps the value of this key as it is written: words, each with options of its own. */
const hiddenByTmpfs: Rule = (value, use) =>
  splitWords(value, false)
    .words.map(({ text }) => hidden(text ?? '', use))
    .find((verdict) => verdict !== null) ?? null;

/** `ReadWritePaths=` may be nested inside, and opens what it names again. Source: systemd.exec(5). */
const readOnly: Rule = (value, { home, dataDir, writable }) => closed(pathOf(value), [home, dataDir], writable);

function closed(path: string, used: readonly string[], reopened: readonly string[]): ReturnType<Rule> {
  const isClosed = used.some(
    (one) =>
      isAtOrBelow(one, path) &&
      !reopened.some((open) => open !== path && isAtOrBelow(open, path) && isAtOrBelow(one, open)),
  );
  return isClosed ? breaks(`the service may not use ${path}, where its data will be; remove the setting`) : null;
}

const noSudo: Rule = (value, { needsSudo }) =>
  needsSudo === true && booleanOf(value) === true
    ? breaks('sudo does not run inside the service with this setting')
    : null;

const implied: Rule = (value) =>
  booleanOf(value) === true
    ? check(
        'in a unit that does not run as root it implies NoNewPrivileges=yes, so sudo does not run inside the service',
      )
    : null;

const RULES: Readonly<Record<string, Rule>> = {
  ProtectHome: (value, { home, dataDir }) => {
    const covered = [home, dataDir].find((path) => /^\/(home|root|run\/user)(\/|$)/.test(path));
    if (covered === undefined || booleanOf(value) === false) return null;
    return breaks(
      value === 'read-only'
        ? `${covered} would be read-only; set ProtectHome=no`
        : `${covered} would be hidden; set ProtectHome=no`,
    );
  },
  ProtectSystem: (value, { dataDir, writable }) => {
    if (value !== 'strict' || writable.some((path) => isAtOrBelow(dataDir, path))) return null;
    return breaks(`everything is read-only, ${dataDir} too; add ReadWritePaths=${dataDir}`);
  },
  DynamicUser: (value) =>
    booleanOf(value) === true ? breaks('systemd chooses the user itself; remove the setting') : null,
  RootDirectory: () => check('the service runs in another root directory; user, home and site must exist there too'),
  RootImage: () => check('the service runs in an image; user, home and site must exist there too'),
  PrivateUsers: (value) =>
    booleanOf(value) === true
      ? check('inside the service only root and the service user exist; the group of the site does not')
      : null,
  InaccessiblePaths: hidden,
  TemporaryFileSystem: hiddenByTmpfs,
  ReadOnlyPaths: readOnly,
  NoNewPrivileges: noSudo,
  RestrictSUIDSGID: implied,
  PAMName: () => check('the session is opened for the new user; its PAM rules must allow that'),
  StateDirectory: () => check('systemd gives this directory to the new user at every start'),
  AmbientCapabilities: () => check('the new user would hold these capabilities'),
};

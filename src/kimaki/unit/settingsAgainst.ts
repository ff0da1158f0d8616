import { isAtOrBelow } from '../../posix/paths/index.js';
import { isTrue } from './privilegedLines.js';
import { effectiveAssignments } from '../instance/index.js';
import type { UnitFile } from '../instance/index.js';

/** A setting of a unit that breaks or voids a change of its user. */
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
 * working, and judges them by their text: what a sandbox means on this host is only seen by starting the service.
 *
 * @param files - the fragment first, then the drop-ins as systemd applies them
 * @param use - where the service will live, and whether it must be able to use sudo itself
 *
 * @example
 * ```ts
 * import { parseUnit } from '@wca/runtime-sdk/systemd';
 * import { settingsAgainst } from '@wca/runtime-sdk/kimaki';
 *
 * const document = parseUnit('[Service]\nProtectHome=yes\n');
 * const files = [{ path: 'kimaki.service', document }];
 * const found = settingsAgainst(files, { home: '/home/opencode', dataDir: '/home/opencode/.kimaki' });
 * for (const { key, line, why } of found) console.log(line, key, why);
 * ```
 */
export function settingsAgainst(
  files: readonly UnitFile[],
  use: { readonly home: string; readonly dataDir: string; readonly needsSudo?: boolean },
): readonly SettingAgainst[] {
  const effective = effectiveAssignments(files, 'Service', (key) => key in RULES);
  const all = (key: string): readonly string[] =>
    effective.filter((one) => one.assignment.key === key).map((one) => one.assignment.value);
  return effective.flatMap(({ file, assignment: { key, line, value } }): SettingAgainst[] => {
    const last = effective.filter((one) => one.assignment.key === key).at(-1);
    if (!LISTS.has(key) && last?.assignment.line !== line) return [];
    const verdict = RULES[key]?.(value, {
      ...use,
      writable: all('ReadWritePaths').flatMap(pathsOf),
    });
    return verdict === null || verdict === undefined ? [] : [{ file, line, key, value, ...verdict }];
  });
}

interface Use {
  readonly home: string;
  readonly dataDir: string;
  readonly needsSudo?: boolean;
  readonly writable: readonly string[];
}
type Rule = (value: string, use: Use) => { readonly why: string; readonly weight: SettingAgainst['weight'] } | null;

const LISTS = new Set(['InaccessiblePaths', 'ReadOnlyPaths', 'TemporaryFileSystem', 'ReadWritePaths']);

function breaks(why: string): ReturnType<Rule> {
  return { why, weight: 'breaks' };
}

function check(why: string): ReturnType<Rule> {
  return { why, weight: 'check' };
}

/** Paths as these settings list them: `-` before one allows it to be missing, `+` starts at `RootDirectory=`. */
function pathsOf(value: string): readonly string[] {
  const paths = value.split(/\s+/).map((path) => path.replace(/^[-+]+/, '').replace(/:.*$/, ''));
  return paths.filter((path) => path.startsWith('/')).map((path) => path.replace(/(.)\/+$/, '$1'));
}

const hidden: Rule = (value, { home, dataDir }) => closed(value, [home, dataDir], []);

/** `ReadWritePaths=` may be nested inside, and opens what it names again. Source: systemd.exec(5). */
const readOnly: Rule = (value, { home, dataDir, writable }) => closed(value, [home, dataDir], writable);

function closed(value: string, used: readonly string[], reopened: readonly string[]): ReturnType<Rule> {
  const hit = pathsOf(value).find((path) =>
    used.some(
      (one) =>
        isAtOrBelow(one, path) &&
        !reopened.some((open) => open !== path && isAtOrBelow(open, path) && isAtOrBelow(one, open)),
    ),
  );
  return hit === undefined
    ? null
    : breaks(`${hit} is closed to the service, and its data is to lie there; take it out`);
}

const noSudo: Rule = (value, { needsSudo }) =>
  needsSudo === true && isTrue(value) ? breaks('with it sudo refuses to run from inside the service') : null;

const implied: Rule = (value) =>
  isTrue(value)
    ? check('for a unit that does not run as root it implies NoNewPrivileges=yes, so sudo no longer works from inside')
    : null;

const RULES: Readonly<Record<string, Rule>> = {
  ProtectHome: (value, { home, dataDir }) => {
    const covered = [home, dataDir].find((path) => /^\/(home|root|run\/user)(\/|$)/.test(path));
    if (covered === undefined || /^(0|no|n|false|f|off)$/i.test(value)) return null;
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
  DynamicUser: (value) => (isTrue(value) ? breaks('systemd chooses the user itself; take it out') : null),
  RootDirectory: () => check('the service lives in another root, where user, home and site have to exist too'),
  RootImage: () => check('the service lives in an image, where user, home and site have to exist too'),
  PrivateUsers: (value) =>
    isTrue(value) ? check('only root and the service user exist inside, so the group of the site does not') : null,
  InaccessiblePaths: hidden,
  TemporaryFileSystem: hidden,
  ReadOnlyPaths: readOnly,
  ReadWritePaths: () => null,
  NoNewPrivileges: noSudo,
  RestrictSUIDSGID: implied,
  PAMName: () => check('the session is opened for the new user; its PAM rules have to let it in'),
  StateDirectory: () => check('systemd gives this directory to the new user by itself, at every start'),
  AmbientCapabilities: () => check('the new user would hold these capabilities'),
  LimitNOFILE: () => null,
};

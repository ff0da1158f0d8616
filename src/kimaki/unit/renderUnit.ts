import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { printablePath } from '../../posix/paths/index.js';
import { addDirective, applyEdits, setDirective, setEnvironment } from '../../systemd/edits/index.js';
import { checkUnitName } from '../../systemd/names/index.js';
import { parseUnit, printUnit } from '../../systemd/document/index.js';
import type { Edit, UnitDocument, UnitEditError } from '../../systemd/document/index.js';
import type { InvalidUnitName } from '../../systemd/names/index.js';
import type { InstanceDescription } from '../instance/index.js';
import { KIMAKI, bridgeOfUnit } from '../bridges/index.js';
import { execWords } from './execWords.js';

/** What the unit of an instance is rendered from. Paths are absolute. @inline */
export interface RenderUnitRequest {
  /** `kimaki.service`, `kimaki-NAME.service`, or Roadie's `roadie.service`, `roadie-NAME.service`. */
  readonly unit: string;
  readonly serviceUser: string;
  readonly home: string;
  readonly dataDir: string;
  /** The WordPress root; the service works in it. */
  readonly site: string;
  /** What `ExecStart=` starts: see `resolveDispatchBinary`. */
  readonly binary: string;
  /** Arguments behind `--data-dir DIR`. Default `--auto-restart`, and kimaki's `--no-auto-upgrade` unless it runs as root. */
  readonly args?: readonly string[];
  /** Default `/usr/local/bin:/usr/bin:/bin`. */
  readonly path?: string;
  /** Only where the instance does not listen on the default port. */
  readonly lockPort?: number;
  /** File with secret variables such as the bot's token; mode 0600, owner root. */
  readonly environmentFile?: string;
  /** Further variables. No secrets: every account can read them from the manager. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The unit that is installed now: its `User=`, `Group=` and `UMask=` are kept. */
  readonly installed?: Pick<InstanceDescription, 'user' | 'group' | 'umask'>;
}

/** A value that cannot be written into a unit so that systemd reads it back unchanged. */
export type RenderUnitError =
  | InvalidUnitName
  | UnitEditError
  | { readonly code: 'INVALID_UNIT_REQUEST'; readonly message: string; readonly field: string; readonly value: string };

/**
 * Renders the unit of an instance: unprivileged, with `UMask=0002`, and with the identity of what is installed kept.
 *
 * An upgrade that renders a unit again must pass `installed`, or it undoes what a migration did. Every value is
 * written so that systemd reads back exactly it, quotes, blanks, `%` and `$` included, or refused. Pure: nothing is
 * written, and neither accounts nor paths are looked at.
 *
 * A token must not be in a unit, which every account can read (systemd.exec(5), Environment=): use a file.
 *
 * Errors: `INVALID_UNIT_NAME`, `INVALID_UNIT_REQUEST`, and those of editing (`INVALID_UNIT_VALUE` …).
 *
 * @example
 * ```ts
 * import { renderUnit } from '@wca/runtime-sdk/kimaki';
 *
 * const unit = renderUnit({
 *   unit: 'kimaki.service', serviceUser: 'opencode', home: '/home/opencode', dataDir: '/home/opencode/.kimaki',
 *   site: '/var/www/site', binary: '/usr/bin/kimaki', environmentFile: '/etc/wp-coding-agents/kimaki.env',
 * });
 * if (unit.isErr()) console.error(unit.error.message);
 * else console.log(unit.value); // … User=opencode … UMask=0002 …
 * ```
 */
export function renderUnit(request: RenderUnitRequest): Result<string, RenderUnitError> {
  return guard(request).andThen(() => {
    const { installed, home, dataDir, site, path = '/usr/local/bin:/usr/bin:/bin', lockPort } = request;
    const user = installed?.user ?? request.serviceUser;
    const { title, noUpgrade, variables } = bridgeOfUnit(request.unit)?.bridge ?? KIMAKI;
    const args = request.args ?? ['--auto-restart', ...(user === 'root' || noUpgrade === null ? [] : [noUpgrade])];
    const environment: Record<string, string> = {
      ...request.environment,
      HOME: home,
      PATH: path,
      ...(variables.dataDir === null ? {} : { [variables.dataDir]: dataDir }),
      DATAMACHINE_SITE_PATH: site,
      ...(variables.lockPort === null || lockPort === undefined ? {} : { [variables.lockPort]: String(lockPort) }),
    };
    const draft = new Draft(title);
    draft.set('User', user);
    if (installed?.group !== undefined && installed.group !== null) draft.set('Group', installed.group);
    draft.set('UMask', installed?.umask ?? '0002');
    draft.set('WorkingDirectory', site.replaceAll('%', '%%'));
    for (const [name, value] of Object.entries(environment)) draft.variable(name, value.replaceAll('%', '%%'));
    if (request.environmentFile !== undefined)
      draft.add('EnvironmentFile', request.environmentFile.replaceAll('%', '%%'));
    draft.add('ExecStart', execWords([request.binary, '--data-dir', dataDir, ...args]));
    draft.add('Restart', 'always');
    draft.add('RestartSec', '10');
    return draft.result();
  });
}

const frame = (title: string): string => `[Unit]
Description=${title}, the agent's bridge
After=network.target

[Service]
Type=simple

[Install]
WantedBy=multi-user.target
`;

/** A document in progress; the first value that cannot be written ends it. */
class Draft {
  #state: Result<UnitDocument, UnitEditError>;

  constructor(title: string) {
    this.#state = ok(parseUnit(frame(title)));
  }

  set(key: string, value: string): void {
    this.#edit((document) => setDirective(document, 'Service', key, value));
  }

  add(key: string, value: string): void {
    this.#edit((document) => addDirective(document, 'Service', key, value));
  }

  variable(name: string, value: string): void {
    this.#edit((document) => setEnvironment(document, name, value));
  }

  result(): Result<string, UnitEditError> {
    return this.#state.map((document) => printUnit(document).toString('utf8'));
  }

  #edit(edit: (document: UnitDocument) => Result<readonly Edit[], UnitEditError>): void {
    this.#state = this.#state.andThen((document) => edit(document).map((edits) => applyEdits(document, edits)));
  }
}

function guard(request: RenderUnitRequest): Result<void, RenderUnitError> {
  const { unit, lockPort } = request;
  const name = checkUnitName(unit);
  if (name.isErr()) return err(name.error);
  const bridge = bridgeOfUnit(unit)?.bridge;
  if (bridge?.unknown !== null) {
    return invalid(
      'unit',
      unit,
      'kimaki.service, kimaki-NAME.service, roadie.service or roadie-NAME.service is needed',
    );
  }
  const users = [request.serviceUser, request.installed?.user, request.installed?.group];
  const user = users.find((one) => typeof one === 'string' && !/^[A-Za-z0-9_][A-Za-z0-9_.-]*\$?$/.test(one));
  if (typeof user === 'string') return invalid('user', user, 'the name of an account is needed');
  const paths: readonly (readonly [string, string | undefined])[] = [
    ['home', request.home],
    ['data directory', request.dataDir],
    ['site', request.site],
    ['program', request.binary],
    ['environment file', request.environmentFile],
    ...(request.path ?? '/').split(':').map((entry) => ['PATH', entry] as const),
  ];
  for (const [field, path] of paths) {
    if (path !== undefined && !isPlainPath(path)) {
      return invalid(field, path, 'an absolute path without "..", "//" or control characters is needed');
    }
  }
  // systemd starts no program with these in its path, however it is written (string_is_safe() in basic/string-util.c).
  if (/['"\\]/.test(request.binary))
    return invalid('program', request.binary, 'systemd takes no path with quotes or backslashes');
  const umask = request.installed?.umask ?? null;
  if (umask !== null && !/^0{0,2}[0-7]{1,3}$/.test(umask))
    return invalid('umask', umask, 'octal digits such as 0002 are needed');
  if (lockPort !== undefined && !(Number.isInteger(lockPort) && lockPort > 0 && lockPort < 65536)) {
    return invalid('lock port', String(lockPort), 'a port from 1 to 65535 is needed');
  }
  const word = [...(request.args ?? []), ...Object.values(request.environment ?? {})].find((one) => one.includes('\0'));
  return word === undefined ? ok(undefined) : invalid('argument', word, 'no argument can hold NUL');
}

function isPlainPath(path: string): boolean {
  const parts = path.slice(1).split('/');
  // eslint-disable-next-line no-control-regex -- control characters are what this looks for
  const isOdd = /[\u0000-\u001f\u007f]/.test(path) || path.length >= 4096;
  return (
    path === '/' ||
    (path.startsWith('/') && !isOdd && parts.every((part) => part !== '' && part !== '.' && part !== '..'))
  );
}

function invalid(field: string, value: string, why: string): Result<never, RenderUnitError> {
  const shown = printablePath(value).slice(0, 200);
  return err({
    code: 'INVALID_UNIT_REQUEST',
    message: `"${shown}" cannot be the ${field} of a unit: ${why}`,
    field,
    value: shown,
  });
}

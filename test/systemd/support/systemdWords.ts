import { booleanOf } from '../../../src/systemd/load/settings/readers/readBoolean.js';
import { microsecondsOf } from '../../../src/systemd/load/settings/readers/readDuration.js';
import { unsignedOf } from '../../../src/systemd/load/settings/readers/readNumber.js';
import type { EffectiveUnit } from '../../../src/systemd/load/effectiveUnit.js';
import type { Specifiers } from '../../../src/systemd/values/expandSpecifiers.js';
import { expandSpecifiers } from '../../../src/systemd/values/expandSpecifiers.js';
import { parseExec } from '../../../src/systemd/values/parseExec.js';
import { parseShownList, parseTimeSpan } from '../../../src/systemd/manager/parseShow.js';

/** Where `systemctl show` of a unit and our view of it differ, a line each; empty when they agree. */
export function differences(unit: EffectiveUnit, specifiers: Specifiers, shown: string): readonly string[] {
  const properties = new Map<string, string[]>();
  // A value may hold line breaks: a property goes on until the next line that begins like one.
  for (const [, name = '', value = ''] of shown.matchAll(/^([A-Z]\w*)=([^]*?)(?=\n[A-Z]\w*=|(?![^]))/gm)) {
    properties.set(name, [...(properties.get(name) ?? []), value]);
  }
  const said = (name: string): string => properties.get(name)?.[0] ?? '';
  const loadState = said('LoadState');
  if (loadState !== unit.loadState)
    return [`LoadState: systemd ${loadState}, ours ${unit.loadState} ${JSON.stringify(unit.faults)}`];
  if (loadState !== 'loaded') return [];

  const found: string[] = [];
  const compare = (what: string, systemd: unknown, ours: unknown): void => {
    const [theirs, mine] = [JSON.stringify(systemd), JSON.stringify(ours)];
    if (theirs !== mine) found.push(`${what}: systemd ${theirs}, ours ${mine}`);
  };
  const values = (setting: string): readonly string[] =>
    unit.settings.find(({ section, key }) => `${section}.${key}` === setting)?.values.map(({ value }) => value) ?? [];
  const last = (setting: string): string | undefined => values(setting).at(-1);
  const yes = (setting: string, byDefault: boolean): string =>
    (booleanOf(last(setting) ?? '') ?? byDefault) ? 'yes' : 'no';
  const sorted = (words: readonly string[]): readonly string[] => [...new Set(words)].sort();

  // DynamicUser= sets some of the others by itself.
  const dynamic = yes('Service.DynamicUser', false) === 'yes';
  for (const key of dynamic ? [] : ['User', 'Group']) compare(key, said(key), last(`Service.${key}`) ?? '');
  for (const key of ['TTYPath', 'RootDirectory', 'SyslogIdentifier', 'PAMName', 'PIDFile', 'BusName'])
    compare(key, said(key), last(`Service.${key}`) ?? '');
  // A `!` stands for the `-` in front, and stays when the path is reset.
  compare(
    'WorkingDirectory',
    said('WorkingDirectory').replace(/^!$/, ''),
    (last('Service.WorkingDirectory') ?? '').replace(/^-/, '!'),
  );
  compare('Description', said('Description'), last('Unit.Description') ?? unit.name);
  for (const key of LISTS) compare(key, sorted(parseShownList(said(key))), sorted(values(`Service.${key}`)));
  compare('Documentation', sorted(parseShownList(said('Documentation'))), sorted(values('Unit.Documentation')));
  for (const key of ['Wants', 'Conflicts', 'OnFailure']) {
    // A unit never depends on itself; some dependencies the manager adds.
    const other = (name: string): boolean => name !== unit.name && name !== 'tmp.mount' && name !== 'shutdown.target';
    compare(key, sorted(parseShownList(said(key)).filter(other)), sorted(values(`Unit.${key}`).filter(other)));
  }
  const files = (properties.get('EnvironmentFiles') ?? [])
    .filter((file) => file !== '')
    .map((file) =>
      file.replace(/^(.*) \(ignore_errors=(yes|no)\)$/s, (_, path: string, ignored: string) =>
        ignored === 'yes' ? `-${path}` : path,
      ),
    );
  compare('EnvironmentFile', files, values('Service.EnvironmentFile'));
  for (const [setting, property] of SPANS) {
    const value = last(setting);
    if (value === undefined) continue;
    const ours = Math.round(microsecondsOf(value) ?? NaN);
    // 0 means "never" to a timeout.
    compare(
      setting,
      Math.round(parseTimeSpan(said(property)) ?? Infinity),
      ours === 0 && setting.includes('Timeout') ? Infinity : ours,
    );
  }
  for (const [key, byDefault] of [
    ['UMask', '0022'],
    ['RuntimeDirectoryMode', '0755'],
  ] as const)
    compare(key, parseInt(said(key), 8), parseInt(last(`Service.${key}`) ?? byDefault, 8));
  for (const key of ['RemainAfterExit', 'DynamicUser', 'SendSIGHUP'])
    compare(key, said(key), yes(`Service.${key}`, false));
  for (const key of dynamic ? [] : ['NoNewPrivileges', 'PrivateTmp'])
    compare(key, said(key), yes(`Service.${key}`, false));
  compare('DefaultDependencies', said('DefaultDependencies'), yes('Unit.DefaultDependencies', true));
  for (const key of ['ProtectSystem', 'ProtectHome', 'RuntimeDirectoryPreserve']) {
    if (dynamic && key.startsWith('Protect')) continue;
    const value = last(`Service.${key}`) ?? 'no';
    const flag = booleanOf(value);
    compare(key, said(key), flag === null ? value : flag ? 'yes' : 'no');
  }
  for (const [key, byDefault] of [
    ['Restart', 'no'],
    ['KillMode', 'control-group'],
    ['OOMPolicy', 'stop'],
    ['ExitType', 'main'],
  ] as const)
    compare(key, said(key), last(`Service.${key}`) ?? byDefault);
  for (const setting of [
    'Service.Type',
    'Service.Slice',
    'Unit.OnFailureJobMode',
    'Unit.SuccessAction',
    'Unit.CollectMode',
  ])
    if (last(setting) !== undefined) compare(setting, said(setting.slice(setting.indexOf('.') + 1)), last(setting));
  for (const [setting, byDefault] of [
    ['Service.FileDescriptorStoreMax', '0'],
    ['Unit.StartLimitBurst', '5'],
  ] as const)
    compare(setting, said(setting.slice(setting.indexOf('.') + 1)), String(unsignedOf(last(setting) ?? byDefault)));
  for (const key of ['Nice', 'OOMScoreAdjust']) {
    const value = last(`Service.${key}`);
    if (value !== undefined) compare(key, said(key), String(signed(value)));
  }
  for (const key of ['KillSignal', 'FinalKillSignal']) {
    const number = unsignedOf(last(`Service.${key}`) ?? '');
    if (number !== null) compare(key, said(key), String(number));
  }
  for (const key of [
    'ExecCondition',
    'ExecStart',
    'ExecStartPre',
    'ExecStartPost',
    'ExecStop',
    'ExecStopPost',
    'ExecReload',
  ]) {
    const theirs = (properties.get(key) ?? []).filter((command) => command !== '');
    compare(
      key,
      theirs.map(shownCommand),
      values(`Service.${key}`).map((command) => ourCommand(command, specifiers)),
    );
  }
  return found;
}

function signed(text: string): bigint {
  const size = unsignedOf(text.replace(/^[-+]/, '')) ?? 0n;
  return text.startsWith('-') ? -size : size;
}

const LISTS = [
  'SupplementaryGroups',
  'Environment',
  'PassEnvironment',
  'UnsetEnvironment',
  'ReadWritePaths',
  'ReadOnlyPaths',
  'InaccessiblePaths',
];
const SPANS = [
  ['Service.RestartSec', 'RestartUSec'],
  ['Service.TimeoutStartSec', 'TimeoutStartUSec'],
  ['Service.TimeoutStopSec', 'TimeoutStopUSec'],
  ['Service.RuntimeMaxSec', 'RuntimeMaxUSec'],
  ['Unit.JobTimeoutSec', 'JobTimeoutUSec'],
  ['Unit.StartLimitIntervalSec', 'StartLimitIntervalUSec'],
] as const;

/** Program, arguments and whether failing is forgiven, of `{ path=… ; argv[]=… ; ignore_errors=… ; … }`. */
function shownCommand(command: string): readonly string[] {
  const [, path = '', words = '', ignored = ''] =
    /^\{ path=(.*?) ; argv\[\]=(.*) ; ignore_errors=(yes|no) ; start_time=/s.exec(command) ?? [];
  return [path, words, ignored];
}

function ourCommand(command: string, specifiers: Specifiers): readonly string[] {
  const { path, args, prefixes } = parseExec(command);
  const expanded = (text: string): string => expandSpecifiers(text, specifiers)._unsafeUnwrap();
  const program = expanded(path);
  const simple = program.startsWith('/')
    ? `/${program
        .split('/')
        .filter((part) => part !== '' && part !== '.')
        .join('/')}`
    : program;
  const words = args.map(({ value }) => expanded(value));
  return [
    simple,
    (prefixes.includes('@') ? words : [program, ...words]).join(' '),
    prefixes.includes('-') ? 'yes' : 'no',
  ];
}

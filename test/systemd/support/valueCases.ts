import type { GrammarCase } from './grammarCases.js';
import { SETTING_VALUES } from './settingValues.js';

const START = '[Service]\nExecStart=/bin/true\n';

/** What a unit as a whole may lack, and what goes with what. */
const WHOLE = [
  '',
  'ExecStop=/bin/true',
  'RemainAfterExit=yes',
  'ExecStop=/bin/true\nRemainAfterExit=yes',
  'ExecStartPre=/bin/true',
  'Type=oneshot\nExecStop=/bin/true\nRemainAfterExit=yes',
  'Type=forking\nExecStop=/bin/true\nRemainAfterExit=yes',
  '[Unit]\nSuccessAction=exit',
  '[Unit]\nSuccessAction=none',
  'ExecStart=/bin/a\nExecStart=/bin/b',
  'ExecStart=/bin/a ; /bin/b',
  'ExecStart=/bin/a\nExecStart=/bin/b\nType=oneshot',
  ...['no', 'always', 'on-success', 'on-failure'].map(
    (restart) => `ExecStart=/bin/a\nType=oneshot\nRestart=${restart}`,
  ),
  ...['main', 'cgroup'].flatMap((exit) =>
    ['oneshot', 'simple'].map((type) => `ExecStart=/bin/a\nType=${type}\nExitType=${exit}`),
  ),
  ...['control-group', 'mixed', 'process', 'none'].map((mode) => `ExecStart=/bin/a\nPAMName=login\nKillMode=${mode}`),
  'ExecStart=/bin/a\nType=dbus',
  'ExecStart=/bin/a\nType=dbus\nBusName=%p.d',
  'BusName=%p.d\nRemainAfterExit=yes',
  'BusName=%p.d\nRemainAfterExit=yes\nExecStop=/bin/a',
  'ExecStart=/bin/a\nBusName=%p.d\nType=simple',
  '[Unit]\nOnFailureJobMode=isolate\nOnFailure=a.service\n[Service]\nExecStart=/bin/a',
  '[Unit]\nOnFailureJobMode=isolate\nOnFailure=a.service b.service\n[Service]\nExecStart=/bin/a',
  'ExecStart=/bin/a\nSyslogIdentifier=x\nSyslogIdentifier=%i',
  'ExecStart=/bin/a\nPAMName=login\nPAMName=%i',
  'ExecStart=/bin/a\nExecReload=/bin/b',
  'ExecStart=/bin/a\\x22b',
  'ExecStart=/bin/a\nExecReload=%i',
  'ExecStart=/bin/a\nExecReload=-%i',
  `ExecStart=/bin/a ${'x'.repeat(1024 * 1024)}`,
] as const;

const SPECIFIERS = '%n %N %p %P %i %I %j %J %f %u %U %h %t %S %C %L %E %T %V %d %y %Y';
/** No prefix ends in a dash: with `%J` in such a unit, systemd 252 aborts, and that is PID 1. */
const NAMES = [
  'v-one.service',
  'v-a-b@x.service',
  'v-a\\x2db@c\\x2dd-e.service',
  'v-a@--.service',
  'v-a@-.service',
  'v-a@b-.service',
  'v-a@\\x2e\\x2e.service',
  'v-b@a-..-b.service',
];

/** Each value of each key alone, behind another one and with an empty one behind it; whole units; names with instances. */
export function valueCases(): readonly GrammarCase[] {
  const texts = Object.entries(SETTING_VALUES).flatMap(([setting, values]) => {
    const [section = '', key = ''] = setting.split('.');
    const first = values[0] ?? '';
    return values.flatMap((value) => [
      `${START}[${section}]\n${key}=${value}\n`,
      `${START}[${section}]\n${key}=${first}\n${key}=${value}\n`,
    ]);
  });
  const whole = WHOLE.map((text) => `[Service]\n${text}\n`);
  const cases = [...texts, ...whole].map((text, i) => oneCase(`v-${i}.service`, text));
  const named = NAMES.flatMap((name, i) =>
    [SPECIFIERS, '%f', '%I %J'].map((text, j) =>
      oneCase(
        name.replace('v-', `v-${i}x${j}-`),
        `[Unit]\nDescription=${text}\nWants=t@.service %p-x.service\n${START}`,
      ),
    ),
  );
  return [...cases, ...named];
}

function oneCase(name: string, text: string): GrammarCase {
  return { fact: 'V', name, files: new Map([[`/etc/systemd/system/${name}`, Buffer.from(text)]]) };
}

/** Values for each key, right ones and every kind of wrong one, so that each rule decides often. */
const USERS = [
  'root', 'opencode', '', 'a b', '"x"', 'a:b', 'a/b', '-1', '65535', '0', '00', 'é', '%u', '%Q', '%%x', '.', 'a\\x',
  'a\tb', '4294967294', '4294967295', '4294967296', '99999999999', '-', '-a', 'a.', "it's", 'x%', '%-', '1a', 'a\u0007', 'opencode # c',
];
const WORDS = ['a', 'b', '"c d"', "'e f'", 'g\\ h', 'i\\x20j', 'k"l"m', '"n', '%u', '%Q', '%%', 'o:p', '\\', 'q\\nr', '', ';', '#'];
const PATHS = [
  '/a', '-/b', '+/c', '-+/d', '+-/e', 'rel', '/a/../b', '/x//y/./z/', '"/p q"', '/%u', '/%Q', '~', '', '/w\\x20v', '"/unb',
  '-', '/é', '- /a', `/${'n'.repeat(300)}`, '!/a', '|/a',
];
const VARIABLES = [
  'A=1', 'B=2', '"C=x y"', "'D=z'", 'A=3', '1X=2', 'novalue', 'E=%u', 'F=%Q', 'G=$x', 'H=a\\tb', 'I=a\\qb', 'J="q"', '"K=1',
  'L=', '', 'M=%%', 'N=\\x41', 'O=a"b"c', '=x', 'P=\\"', 'Q=a\\', 'É=1', 'R=\\u00e9', 'S=a%', 'T=\\x01',
];
const COMMANDS = [
  '/bin/a', '/bin/b x', '-/bin/c', '@/bin/d e', '@/bin/d', '+/bin/f', '!/bin/g', '!!/bin/h', '-@+!/bin/i j', '+!!/bin/k',
  '--/bin/l', 'rel/x', 'bare', './x', '/bin/m "n o"', '/bin/p "q', '/bin/r %u', '/bin/s %Q', '-/bin/t %Q', '/bin/u ; /bin/v',
  '/bin/w \\; x', '', '-', '/bin/y/', '/bin//z/.', '/bin/a\\x62', '/bin/%u', '/bin/%Q', ':/bin/c $A', '/bin/d $$ ${B}',
  "/bin/e 'f'", '; /bin/g', '/bin/h ;', '/bin/i \\q', '/bin/j a\\', '|/bin/k', '"/bin/l m" n', '"-/bin/n" o',
  '/bin/a ; rel/b', '/bin/a ; -rel/b ; /bin/c', '.', '..', '"/bin/o', '/bin/p ""', '/bin/q "" r', '/bin/é',
  '/bin/s \\u0000', '/bin/t "a"b', ';', '!!:-@/bin/echo a0',
];
const UNITS = [
  'a.service', 'b.socket', '"c.service"', 'bogus', '@.service', 'x@.service', 'x@y.service', '%n', '%N.target', '%h.service',
  'q w.service', 'd\\x2de.service', '', '"f.service', '-.mount', '..service', 'a/b.service', '%i.service',
  'g.target h.target', 'y@%i.service', '%p-x.service',
];
const BOOLEANS = ['yes', 'no', '1', '0', 'true', 'FALSE', 'on', 'Off', 'y', 'N', 't', 'f', '', 'maybe', '2', '"yes"', 'yes '];
const SPANS = [
  '1', '5s', '1min 30s', '1h30', 'infinity', '', 'x', '1.5', '1,5', '-1', '.5', '2 weeks', '1us', '1M', '3 months', '0',
  '1m 1ms', '5 s', '1s 2', '+3', '0x10', '1e3', 'infinity s', '1.5.5s', '12.34 .56', '99999999999y', '2µs', '1 min', '5.s',
  '.', 's', '1d2h3m4s5ms6us', '1 month 2', '2hr', '1sec1', '1seconds',
];
const MODES = ['0002', '002', '2', '07777', '77777', '9', '', '0x2', '-2', '+2', '00000002', '0o2', '022 ', '4777', '10000', 'zz', 'zz # c'];
const NUMBERS = [
  '1', '0', '10', '0x10', '010', '99999999999', '-5', '-30', '-2000', '2000', '', '-1', '+5', '4294967295', '4294967296', '1.5', 'x', '0b11', '0o17', '08', '0X1f', '0B1',
  '-0', '1 0',
];
const SIGNALS = [
  'SIGTERM', 'TERM', '9', '0', '64', '65', '90', 'SIGRTMIN+3', 'RTMIN+3', 'RTMIN', 'RTMAX-1', 'RTMAX', 'RTMIN+30', 'RTMIN+31',
  'sigterm', '', 'SIGFOO', 'SIGIOT', 'SIGPOLL', 'SIGCLD', 'SIGIO', 'SIGSTKFLT', 'RTMAX-30', 'RTMAX-31', 'RTMIN-1', 'RTMAX+1',
  '015', '+9', 'RTMIN+', 'RTMIN+0x1', 'SIG9', 'SIGABRT', '33', '32', '34', '-1', 'RTMIN+-1', '31', 'SIGEXIT', '15 ',
];

/** What a random unit may set, as `Section.Key`, and to what. */
export const SETTING_VALUES: Readonly<Record<string, readonly string[]>> = {
  'Service.User': USERS,
  'Service.Group': USERS,
  'Service.SupplementaryGroups': [...USERS, ...WORDS],
  'Service.WorkingDirectory': [...PATHS, '~', '-~', '-rel'],
  'Service.RootDirectory': PATHS,
  'Service.PIDFile': PATHS,
  'Service.TTYPath': PATHS,
  'Service.UMask': MODES,
  'Service.RuntimeDirectoryMode': MODES,
  'Service.Environment': VARIABLES,
  'Service.EnvironmentFile': PATHS,
  'Service.PassEnvironment': [...VARIABLES, 'A', 'B', '"C"'],
  'Service.UnsetEnvironment': [...VARIABLES, 'A', 'B', '"C"'],
  'Service.ReadWritePaths': PATHS,
  'Service.ReadOnlyPaths': PATHS,
  'Service.InaccessibleDirectories': PATHS,
  'Service.ExecStart': COMMANDS,
  'Service.ExecStartPre': COMMANDS,
  'Service.ExecStopPost': COMMANDS,
  'Service.ExecReload': COMMANDS,
  'Service.SyslogIdentifier': WORDS,
  'Service.PAMName': ['login', '', '%Q'],
  'Service.NoNewPrivileges': BOOLEANS,
  'Service.PrivateTmp': BOOLEANS,
  'Service.RemainAfterExit': BOOLEANS,
  'Service.DynamicUser': BOOLEANS,
  'Service.SendSIGHUP': BOOLEANS,
  'Service.MountAPIVFS': BOOLEANS,
  'Service.ProtectSystem': [...BOOLEANS, 'full', 'strict', 'Full'],
  'Service.ProtectHome': [...BOOLEANS, 'read-only', 'tmpfs'],
  'Service.RuntimeDirectoryPreserve': [...BOOLEANS, 'restart'],
  'Service.Type': ['simple', 'forking', 'oneshot', 'dbus', 'notify', 'idle', 'exec', '', 'Simple', 'notify-reload', 'x'],
  'Service.Restart': ['no', 'always', 'on-failure', 'on-success', '', 'Always', 'yes'],
  'Service.KillMode': ['control-group', 'mixed', 'process', 'none', '', 'x'],
  'Service.NotifyAccess': ['main', 'all', 'none', 'exec', 'yes', 'no', ''],
  'Service.OOMPolicy': ['stop', 'kill', 'continue', '', 'x'],
  'Service.ExitType': ['main', 'cgroup', ''],
  'Service.RestartSec': SPANS,
  'Service.TimeoutStartSec': SPANS,
  'Service.TimeoutStopSec': SPANS,
  'Service.TimeoutSec': SPANS,
  'Service.RuntimeMaxSec': SPANS,
  'Service.TimeoutAbortSec': SPANS,
  'Service.StartLimitInterval': SPANS,
  'Service.FileDescriptorStoreMax': NUMBERS,
  'Service.Nice': [...NUMBERS, '-20', '-21', '19', '20', '-0x5', '--5'],
  'Service.OOMScoreAdjust': [...NUMBERS, '-1000', '1001'],
  'Service.KillSignal': SIGNALS,
  'Service.FinalKillSignal': SIGNALS,
  // Two services may not have one name.
  'Service.BusName': ['%p.b', '', 'a', '%p.b.c', 'a..b', '1.a', 'a.1', '-%p.b', ':%p.2', '%Q.b'],
  'Service.Slice': ['a.slice', '', 'b.service', 'x', '%p.slice', 'a-b.slice', '-.slice', 'a@b.slice', 'a@.slice', 'b.slice.service', 'a--b.slice'],
  'Unit.Description': [...WORDS, 'hello "x"', "it's %n"],
  'Unit.Documentation': ['man:a', '"http://x"', 'bogus', 'file:/x', 'file:x', 'https://%u', 'info:', 'man:', 'http://', '', '"man:b'],
  'Unit.Wants': UNITS,
  'Unit.Conflicts': UNITS,
  'Unit.OnFailure': UNITS,
  'Unit.RequiresMountsFor': PATHS,
  'Unit.DefaultDependencies': BOOLEANS,
  'Unit.JobTimeoutSec': SPANS,
  'Unit.StartLimitBurst': NUMBERS,
  'Unit.OnFailureJobMode': ['replace', 'isolate', '', 'x', 'fail'],
  'Unit.SuccessAction': ['none', 'reboot', '', 'exit', 'x'],
  'Unit.CollectMode': ['inactive', 'inactive-or-failed', '', 'x'],
};

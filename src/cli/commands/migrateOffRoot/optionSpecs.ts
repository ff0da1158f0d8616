/** The options of a plan. */
export const PLAN_OPTIONS = [
  {
    name: 'unit',
    value: 'UNIT',
    repeatable: true,
    help: 'the unit to move, where several are installed; given several times, these move together, in one stop window',
  },
  { name: 'all', help: 'move every unit in use that runs as root, together' },
  { name: 'user', value: 'USER', help: 'the account to move it to (default: opencode)' },
  { name: 'create-user', help: 'create the account if it does not exist' },
  { name: 'site', value: 'PATH', help: 'the WordPress root, where the unit does not name it' },
  { name: 'posture', value: 'managed|engineering', help: 'move runtime state only (default), or toolchains too' },
  {
    name: 'migrate-extra',
    value: 'PATH',
    repeatable: true,
    help: 'also move this entry of the old home (a path relative to it)',
  },
  {
    name: 'existing-state',
    value: 'keep-source|keep-target|set-aside',
    help: 'which state to keep where both homes hold some: keep-source (= set-aside) or keep-target',
  },
  {
    name: 'keep-paths',
    help: 'leave paths inside the state that lead to the old home as they are (default: they follow the move)',
  },
  { name: 'dispatch', value: 'auto|system-binary|sudo-hop', help: 'how WordPress reaches the agent' },
  {
    name: 'private',
    value: 'leave|reclaim',
    help: 'what to do with files that WordPress could not read before (default: leave)',
  },
  { name: 'leave-unsafe', help: 'skip and list files whose owner cannot be changed safely' },
  { name: 'allow-unprotected-hardlinks', help: 'continue although fs.protected_hardlinks is off' },
  { name: 'cross-mounts', help: 'enter filesystems mounted below the site' },
  { name: 'include-core', help: 'change the owner of root-owned WordPress core files too' },
  {
    name: 'privileged-lines',
    value: 'ignore-failure|keep|refuse',
    help: 'what becomes of lines around the service that would fail as the agent',
  },
  {
    name: 'allow-privileged-lines',
    help: 'continue although units have +, ! or !! lines, which still run as root, where the agent cannot change what they run',
  },
  {
    name: 'allow-restart',
    help: 'let the agent restart its own unit: a sudo rule for exactly "systemctl restart UNIT"',
  },
  {
    name: 'own-prefix',
    help: 'run the program that the agent has in an npm prefix in its own home, so that it can upgrade itself',
  },
  { name: 'accept-shared-umask', help: "accept that php-fpm's other pools get the umask too" },
  { name: 'no-fpm-umask', help: "leave php-fpm's umask alone" },
  {
    name: 'when-idle',
    value: 'SECONDS',
    help: 'before the first change, wait up to this long for the service to be idle',
  },
  { name: 'now', help: 'do not wait for the service to be idle (default)' },
  {
    name: 'hold',
    value: 'SECONDS',
    help: 'how long the new service must keep running (default: max(2 x RestartSec, 15))',
  },
] as const;

/** The options of a verification: what it may do that others notice. */
export const VERIFY_OPTIONS = [
  { name: 'flow', value: 'NAME', help: 'run this flow by hand and wait for its job' },
  { name: 'wait-scheduled', value: 'SECONDS', help: 'wait up to this long for WP-Cron to run it' },
  { name: 'wp-user', value: 'USER', help: 'administrator who lists the jobs (default: the first of the site)' },
  { name: 'probe-channel', value: 'ID', help: 'send a marked message to this channel and wait for it to arrive' },
  { name: 'probe-update', help: 'install and update a throw-away plugin' },
] as const;

/** The option of the commands that ask before they act. */
export const YES = { name: 'yes', short: 'y', help: 'do not ask' } as const;

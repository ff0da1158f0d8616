/**
 * Says what systemd means by an exit status it gave itself because it could not even start the program; null for every
 * other status, which is the program's own.
 *
 * A program that exits with one of these numbers by itself cannot be told apart. 223 and 234 were systemd's once and
 * are no longer given; 255 is left alone, since programs use it too. 245 and 246 come from newer versions than 252.
 *
 * Source: systemd.exec(5), "Process Exit Codes".
 */
export function explainExitStatus(status: number): string | null {
  const entry = EXIT_STATUS.get(status);
  return entry === undefined ? null : `${status}/${entry[0]}: ${entry[1]}`;
}

const EXIT_STATUS: ReadonlyMap<number, readonly [name: string, meaning: string]> = new Map([
  [200, ['CHDIR', 'the directory of WorkingDirectory= does not exist or the user may not enter it']],
  [201, ['NICE', 'the scheduling priority of Nice= could not be set']],
  [202, ['FDS', 'file descriptors could not be closed or handed over']],
  [203, ['EXEC', 'the program or its interpreter does not exist, or the user may not execute it']],
  [204, ['MEMORY', 'memory ran out']],
  [205, ['LIMITS', 'a resource limit (Limit…=) could not be set']],
  [206, ['OOM_ADJUST', 'OOMScoreAdjust= could not be set']],
  [207, ['SIGNAL_MASK', 'the signal mask could not be set']],
  [208, ['STDIN', 'standard input could not be opened as StandardInput= says']],
  [209, ['STDOUT', 'standard output could not be opened as StandardOutput= says, a log file for example']],
  [210, ['CHROOT', 'the directory of RootDirectory= could not be changed into']],
  [211, ['IOPRIO', 'the I/O scheduling priority could not be set']],
  [212, ['TIMERSLACK', 'TimerSlackNSec= could not be set']],
  [213, ['SECUREBITS', 'SecureBits= could not be set']],
  [214, ['SETSCHEDULER', 'the CPU scheduling policy could not be set']],
  [215, ['CPUAFFINITY', 'CPUAffinity= could not be set']],
  [216, ['GROUP', 'a group of Group= or SupplementaryGroups= does not exist or could not be taken on']],
  [217, ['USER', 'the user of User= does not exist or could not be taken on']],
  [218, ['CAPABILITIES', 'capabilities could not be dropped or given']],
  [219, ['CGROUP', 'the control group could not be set up']],
  [220, ['SETSID', 'a session could not be begun']],
  [221, ['CONFIRM', 'the start was not confirmed']],
  [222, ['STDERR', 'standard error could not be opened as StandardError= says']],
  [224, ['PAM', 'the PAM session of PAMName= could not be set up']],
  [225, ['NETWORK', 'the network namespace could not be set up']],
  [226, ['NAMESPACE', 'the mounts of the sandbox could not be made, a path of ReadWritePaths= for example']],
  [227, ['NO_NEW_PRIVILEGES', 'NoNewPrivileges= could not be set']],
  [228, ['SECCOMP', 'a system call filter could not be set']],
  [229, ['SELINUX_CONTEXT', 'SELinuxContext= could not be set']],
  [230, ['PERSONALITY', 'Personality= could not be set']],
  [231, ['APPARMOR', 'AppArmorProfile= could not be taken on']],
  [232, ['ADDRESS_FAMILIES', 'RestrictAddressFamilies= could not be set']],
  [233, ['RUNTIME_DIRECTORY', 'the directory of RuntimeDirectory= could not be set up']],
  [235, ['CHOWN', 'the owner of a socket could not be changed']],
  [236, ['SMACK_PROCESS_LABEL', 'SmackProcessLabel= could not be set']],
  [237, ['KEYRING', 'the kernel keyring could not be set up']],
  [238, ['STATE_DIRECTORY', 'the directory of StateDirectory= could not be set up']],
  [239, ['CACHE_DIRECTORY', 'the directory of CacheDirectory= could not be set up']],
  [240, ['LOGS_DIRECTORY', 'the directory of LogsDirectory= could not be set up']],
  [241, ['CONFIGURATION_DIRECTORY', 'the directory of ConfigurationDirectory= could not be set up']],
  [242, ['NUMA_POLICY', 'NUMAPolicy= could not be set']],
  [243, ['CREDENTIALS', 'a credential of LoadCredential= or SetCredential= could not be read']],
  [244, ['BPF', 'BPF restrictions could not be set']],
  [245, ['KSM', 'MemoryKSM= could not be set']],
  [246, ['MEMORY_THP', 'the use of transparent huge pages could not be set']],
]);

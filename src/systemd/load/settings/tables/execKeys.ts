import type { AliasTable, KeyTable } from '../directive.js';
import { UNCHECKED_LIST, UNCHECKED_OPTIONAL, UNCHECKED_SINGLE, list, optional, single } from '../directive.js';
import { readEnvironmentFile, readPath, readVitalPath, readWorkingDirectory } from '../readers/readPath.js';
import { readBoolean, readVitalBoolean } from '../readers/readBoolean.js';
import { readChoice, readChoiceOrBoolean } from '../readers/readChoice.js';
import { readDuration } from '../readers/readDuration.js';
import { readInteger, readMode, readUnsigned } from '../readers/readNumber.js';
import { readSignal } from '../readers/readSignal.js';
import { readInputStream, readOutputStream } from '../readers/readStream.js';
import { readText } from '../readers/readText.js';
import { readGroupNames, readUserName } from '../readers/readUserName.js';
import {
  readEnvironment,
  readPathsWithPrefix,
  readVariableNames,
  readVariablesToUnset,
} from '../readers/readWordLists.js';

/** What services, sockets, mounts and swaps say about the processes they run: systemd.exec(5). */
export const EXEC_KEYS: KeyTable = [
  [optional(readUserName), 'User Group'],
  [list(readGroupNames), 'SupplementaryGroups'],
  [single(readVitalBoolean), 'DynamicUser'],
  [optional(readWorkingDirectory), 'WorkingDirectory'],
  [optional(readVitalPath), 'RootDirectory RootImage RootVerity'],
  [
    single(readMode),
    'UMask RuntimeDirectoryMode StateDirectoryMode CacheDirectoryMode LogsDirectoryMode ConfigurationDirectoryMode',
  ],
  [list(readEnvironment), 'Environment'],
  [list(readEnvironmentFile), 'EnvironmentFile'],
  [list(readVariableNames), 'PassEnvironment'],
  [list(readVariablesToUnset), 'UnsetEnvironment'],
  [
    single(readBoolean),
    'CPUSchedulingResetOnFork RemoveIPC TTYReset TTYVHangup TTYVTDisallocate SyslogLevelPrefix NoNewPrivileges MemoryDenyWriteExecute RestrictRealtime RestrictSUIDSGID LockPersonality PrivateTmp PrivateDevices ProtectKernelTunables ProtectKernelModules ProtectKernelLogs ProtectClock ProtectControlGroups PrivateNetwork PrivateUsers PrivateMounts PrivateIPC IgnoreSIGPIPE ProtectHostname',
  ],
  [optional(readBoolean), 'MountAPIVFS'],
  [single(readChoiceOrBoolean(['full', 'strict'])), 'ProtectSystem'],
  [single(readChoiceOrBoolean(['read-only', 'tmpfs'])), 'ProtectHome'],
  [single(readChoice(['inherit', 'private', 'shared'])), 'KeyringMode'],
  [single(readChoice(['default', 'noaccess', 'invisible', 'ptraceable'])), 'ProtectProc'],
  [single(readChoice(['all', 'pid'])), 'ProcSubset'],
  [single(readChoice(['init', 'login', 'user'])), 'UtmpMode'],
  [single(readChoiceOrBoolean(['restart'])), 'RuntimeDirectoryPreserve'],
  [single(readInputStream), 'StandardInput'],
  [single(readOutputStream), 'StandardOutput StandardError'],
  [single(readDuration), 'LogRateLimitIntervalSec TimeoutCleanSec'],
  [single(readUnsigned), 'LogRateLimitBurst'],
  [optional(readPath), 'TTYPath NetworkNamespacePath IPCNamespacePath'],
  [
    list(readPathsWithPrefix),
    'ReadWritePaths ReadOnlyPaths InaccessiblePaths ExecPaths NoExecPaths ExtensionDirectories',
  ],
  [optional(readInteger(-20, 19)), 'Nice'],
  [optional(readInteger(-1000, 1000)), 'OOMScoreAdjust'],
  [optional(readText), 'SyslogIdentifier PAMName UtmpIdentifier'],
  [
    UNCHECKED_OPTIONAL,
    'RootHash RootHashSignature CoredumpFilter IOSchedulingClass IOSchedulingPriority CPUSchedulingPolicy NUMAPolicy NUMAMask TTYRows TTYColumns SystemCallErrorNumber LogNamespace MountFlags Personality SELinuxContext AppArmorProfile SmackProcessLabel',
  ],
  [
    UNCHECKED_SINGLE,
    'CPUSchedulingPriority SyslogFacility SyslogLevel LogLevelMax TimerSlackNSec LimitCPU LimitFSIZE LimitDATA LimitSTACK LimitCORE LimitRSS LimitNOFILE LimitAS LimitNPROC LimitMEMLOCK LimitLOCKS LimitSIGPENDING LimitMSGQUEUE LimitNICE LimitRTPRIO LimitRTTIME',
  ],
  [
    UNCHECKED_LIST,
    'RootImageOptions ExtensionImages MountImages CPUAffinity StandardInputText StandardInputData LogExtraFields SecureBits CapabilityBoundingSet AmbientCapabilities SystemCallFilter SystemCallArchitectures SystemCallLog RestrictNamespaces RestrictAddressFamilies RestrictFileSystems ExecSearchPath BindPaths BindReadOnlyPaths TemporaryFileSystem RuntimeDirectory StateDirectory CacheDirectory LogsDirectory ConfigurationDirectory SetCredential SetCredentialEncrypted LoadCredential LoadCredentialEncrypted',
  ],
];

export const EXEC_ALIASES: AliasTable = {
  ReadWriteDirectories: ['ReadWritePaths'],
  ReadOnlyDirectories: ['ReadOnlyPaths'],
  InaccessibleDirectories: ['InaccessiblePaths'],
};

/** How processes are ended: systemd.kill(5). */
export const KILL_KEYS: KeyTable = [
  [optional(readChoice(['control-group', 'process', 'mixed', 'none'])), 'KillMode'],
  [single(readSignal), 'KillSignal RestartKillSignal FinalKillSignal WatchdogSignal'],
  [single(readBoolean), 'SendSIGKILL SendSIGHUP'],
];

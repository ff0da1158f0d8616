import type { AliasTable, KeyTable } from '../directive.js';
import { UNCHECKED_LIST, list, optional, single } from '../directive.js';
import { readBusName } from '../readers/readBusName.js';
import { readCommands } from '../readers/readCommands.js';
import { readPath, readPidFile } from '../readers/readPath.js';
import { readSocketNames } from '../readers/readUnitNames.js';
import { readBoolean } from '../readers/readBoolean.js';
import { readChoice } from '../readers/readChoice.js';
import { readDuration } from '../readers/readDuration.js';
import { readUnsigned } from '../readers/readNumber.js';

/** What a service has besides the keys of all that run processes: systemd.service(5). */
export const SERVICE_KEYS: KeyTable = [
  [list(readCommands), 'ExecCondition ExecStartPre ExecStart ExecStartPost ExecReload ExecStop ExecStopPost'],
  [single(readChoice(['simple', 'forking', 'oneshot', 'dbus', 'notify', 'idle', 'exec'])), 'Type'],
  [single(readChoice(['main', 'cgroup'])), 'ExitType'],
  [
    single(readChoice(['no', 'on-success', 'on-failure', 'on-abnormal', 'on-watchdog', 'on-abort', 'always'])),
    'Restart',
  ],
  [single(readChoice(['terminate', 'abort', 'kill'])), 'TimeoutStartFailureMode TimeoutStopFailureMode'],
  [single(readChoice(['none', 'main', 'exec', 'all'])), 'NotifyAccess'],
  [single(readChoice(['continue', 'stop', 'kill'])), 'OOMPolicy'],
  [
    single(readDuration),
    'RestartSec TimeoutStartSec TimeoutStopSec RuntimeMaxSec RuntimeRandomizedExtraSec WatchdogSec',
  ],
  [optional(readDuration), 'TimeoutAbortSec'],
  [single(readBoolean), 'PermissionsStartOnly RootDirectoryStartOnly RemainAfterExit GuessMainPID NonBlocking'],
  [single(readUnsigned), 'FileDescriptorStoreMax'],
  [single(readBusName), 'BusName'],
  [optional(readPidFile), 'PIDFile'],
  [optional(readPath), 'USBFunctionDescriptors USBFunctionStrings'],
  [UNCHECKED_LIST, 'RestartPreventExitStatus RestartForceExitStatus SuccessExitStatus'],
  [{ merge: 'list', clears: null, read: readSocketNames, emptyResets: false }, 'Sockets'],
];

export const SERVICE_ALIASES: AliasTable = {
  TimeoutSec: ['TimeoutStartSec', 'TimeoutStopSec'],
  StartLimitInterval: ['Unit.StartLimitIntervalSec'],
  StartLimitBurst: ['Unit.StartLimitBurst'],
  StartLimitAction: ['Unit.StartLimitAction'],
  FailureAction: ['Unit.FailureAction'],
  RebootArgument: ['Unit.RebootArgument'],
};

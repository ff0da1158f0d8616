import type { AliasTable, KeyTable, Shape } from '../directive.js';
import { UNCHECKED_LIST, UNCHECKED_OPTIONAL, list, optional, single } from '../directive.js';
import { readBoolean } from '../readers/readBoolean.js';
import { readChoice } from '../readers/readChoice.js';
import { readDuration } from '../readers/readDuration.js';
import { readUnsigned } from '../readers/readNumber.js';
import { readText } from '../readers/readText.js';
import { readPath } from '../readers/readPath.js';
import { readCondition, readPathCondition } from '../readers/readConditions.js';
import { readUnitNames } from '../readers/readUnitNames.js';
import { readDocumentation, readPaths } from '../readers/readWordLists.js';

/** `After=` and its like cannot be reset: an empty assignment changes nothing. */
const DEPENDENCIES: Shape = { merge: 'list', clears: null, read: readUnitNames, emptyResets: false };

const JOB_MODES =
  'fail replace replace-irreversibly isolate flush ignore-dependencies ignore-requirements triggering'.split(' ');
const ACTIONS =
  'none reboot reboot-force reboot-immediate poweroff poweroff-force poweroff-immediate exit exit-force'.split(' ');

/** Of `Condition…=` and `Assert…=`: those that take a path, and those that do not. */
const PATH_CONDITIONS =
  'PathExists PathExistsGlob PathIsDirectory PathIsSymbolicLink PathIsMountPoint PathIsReadWrite PathIsEncrypted DirectoryNotEmpty FileNotEmpty FileIsExecutable NeedsUpdate';
const OTHER_CONDITIONS =
  'FirstBoot Architecture Firmware Virtualization Host KernelCommandLine KernelVersion Credential Security Capability ACPower Memory CPUFeature CPUs Environment User Group ControlGroupController OSRelease MemoryPressure CPUPressure IOPressure';

function conditions(family: 'Condition' | 'Assert'): KeyTable {
  const named = (names: string): string => names.replace(/\w+/g, (name) => `${family}${name}`);
  // AssertFirmware= is missing in systemd 252.
  const others = family === 'Assert' ? OTHER_CONDITIONS.replace('Firmware ', '') : OTHER_CONDITIONS;
  const shape: Shape = { merge: 'list', clears: new RegExp(`^${family}`), read: readPathCondition, emptyResets: true };
  return [
    [shape, named(PATH_CONDITIONS)],
    [{ ...shape, read: readCondition }, named(others)],
  ];
}

/** The section `[Unit]`, which every type of unit has. */
export const UNIT_KEYS: KeyTable = [
  [optional(readText), 'Description RebootArgument JobTimeoutRebootArgument'],
  [optional(readPath), 'SourcePath'],
  [list(readDocumentation), 'Documentation'],
  [
    DEPENDENCIES,
    'Requires Requisite Wants BindsTo Upholds Conflicts Before After OnSuccess OnFailure PropagatesReloadTo ReloadPropagatedFrom PropagatesStopTo StopPropagatedFrom PartOf JoinsNamespaceOf',
  ],
  [{ ...DEPENDENCIES, read: readPaths }, 'RequiresMountsFor'],
  [
    single(readBoolean),
    'StopWhenUnneeded RefuseManualStart RefuseManualStop AllowIsolate DefaultDependencies IgnoreOnIsolate OnFailureIsolate',
  ],
  [single(readChoice(JOB_MODES)), 'OnSuccessJobMode OnFailureJobMode'],
  [single(readDuration), 'JobTimeoutSec JobRunningTimeoutSec StartLimitIntervalSec'],
  [single(readUnsigned), 'StartLimitBurst'],
  [single(readChoice(ACTIONS)), 'JobTimeoutAction StartLimitAction FailureAction SuccessAction'],
  [single(readChoice(['inactive', 'inactive-or-failed'])), 'CollectMode'],
  [UNCHECKED_OPTIONAL, 'FailureActionExitStatus SuccessActionExitStatus'],
  ...conditions('Condition'),
  ...conditions('Assert'),
];

export const UNIT_ALIASES: AliasTable = {
  BindTo: ['BindsTo'],
  PropagateReloadTo: ['PropagatesReloadTo'],
  PropagateReloadFrom: ['ReloadPropagatedFrom'],
  RequiresOverridable: ['Requires'],
  RequisiteOverridable: ['Requisite'],
  StartLimitInterval: ['StartLimitIntervalSec'],
};

/** The section `[Install]`, which only `systemctl enable` reads. */
export const INSTALL_KEYS: KeyTable = [
  [UNCHECKED_LIST, 'Alias WantedBy RequiredBy Also'],
  [UNCHECKED_OPTIONAL, 'DefaultInstance'],
];

import type { KeyTable, Shape } from '../directive.js';
import { UNCHECKED_LIST, UNCHECKED_SINGLE, list } from '../directive.js';
import { readCommands } from '../readers/readCommands.js';

/** An empty assignment of one resets all of them. */
function clearing(keys: RegExp): Shape {
  return { ...UNCHECKED_LIST, clears: keys };
}

/** The sections of sockets, timers, paths, mounts, swaps and scopes. Only commands are checked, other values are not. */
export const SOCKET_KEYS: KeyTable = [
  [list(readCommands), 'ExecStartPre ExecStartPost ExecStopPre ExecStopPost'],
  [
    clearing(/^Listen/),
    'ListenStream ListenDatagram ListenSequentialPacket ListenFIFO ListenNetlink ListenSpecial ListenMessageQueue ListenUSBFunction',
  ],
  [UNCHECKED_LIST, 'Symlinks'],
  [
    UNCHECKED_SINGLE,
    'SocketProtocol BindIPv6Only Backlog BindToDevice SocketUser SocketGroup SocketMode DirectoryMode Accept FlushPending Writable MaxConnections MaxConnectionsPerSource KeepAlive KeepAliveTimeSec KeepAliveIntervalSec KeepAliveProbes DeferAcceptSec NoDelay Priority ReceiveBuffer SendBuffer IPTOS IPTTL Mark PipeSize FreeBind Transparent Broadcast PassCredentials PassSecurity PassPacketInfo Timestamping TCPCongestion ReusePort MessageQueueMaxMessages MessageQueueMessageSize RemoveOnStop FileDescriptorName Service TimeoutSec TriggerLimitIntervalSec TriggerLimitBurst SmackLabel SmackLabelIPIn SmackLabelIPOut SELinuxContextFromNet',
  ],
];

export const TIMER_KEYS: KeyTable = [
  [
    clearing(/^On\w+Sec$|^OnCalendar$/),
    'OnCalendar OnActiveSec OnBootSec OnStartupSec OnUnitActiveSec OnUnitInactiveSec',
  ],
  [
    UNCHECKED_SINGLE,
    'OnClockChange OnTimezoneChange Persistent WakeSystem RemainAfterElapse FixedRandomDelay AccuracySec RandomizedDelaySec Unit',
  ],
];

export const PATH_KEYS: KeyTable = [
  [clearing(/^Path|^DirectoryNotEmpty$/), 'PathExists PathExistsGlob PathChanged PathModified DirectoryNotEmpty'],
  [UNCHECKED_SINGLE, 'Unit MakeDirectory DirectoryMode TriggerLimitIntervalSec TriggerLimitBurst'],
];

export const MOUNT_KEYS: KeyTable = [
  [
    UNCHECKED_SINGLE,
    'What Where Options Type TimeoutSec DirectoryMode SloppyOptions LazyUnmount ForceUnmount ReadWriteOnly',
  ],
];

export const SWAP_KEYS: KeyTable = [[UNCHECKED_SINGLE, 'What Priority Options TimeoutSec']];

export const AUTOMOUNT_KEYS: KeyTable = [[UNCHECKED_SINGLE, 'Where ExtraOptions DirectoryMode TimeoutIdleSec']];

export const SCOPE_KEYS: KeyTable = [
  [UNCHECKED_SINGLE, 'OOMPolicy RuntimeMaxSec RuntimeRandomizedExtraSec TimeoutStopSec'],
];

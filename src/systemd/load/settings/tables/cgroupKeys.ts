import type { KeyTable } from '../directive.js';
import { UNCHECKED_LIST, UNCHECKED_OPTIONAL, UNCHECKED_SINGLE, single } from '../directive.js';
import { readBoolean } from '../readers/readBoolean.js';
import { readSliceName } from '../readers/readUnitNames.js';

/** What limits and accounts for a cgroup: systemd.resource-control(5). */
export const CGROUP_KEYS: KeyTable = [
  [single(readSliceName), 'Slice'],
  [single(readBoolean), 'CPUAccounting MemoryAccounting IOAccounting BlockIOAccounting TasksAccounting IPAccounting'],
  [UNCHECKED_SINGLE, 'DevicePolicy ManagedOOMPreference'],
  [
    UNCHECKED_OPTIONAL,
    'CPUWeight StartupCPUWeight CPUShares StartupCPUShares CPUQuota CPUQuotaPeriodSec MemoryMin DefaultMemoryMin DefaultMemoryLow MemoryLow MemoryHigh MemoryMax MemorySwapMax MemoryLimit IOWeight StartupIOWeight BlockIOWeight StartupBlockIOWeight TasksMax ManagedOOMSwap ManagedOOMMemoryPressure ManagedOOMMemoryPressureLimit',
  ],
  [
    UNCHECKED_LIST,
    'AllowedCPUs StartupAllowedCPUs AllowedMemoryNodes StartupAllowedMemoryNodes DeviceAllow IODeviceWeight IOReadBandwidthMax IOWriteBandwidthMax IOReadIOPSMax IOWriteIOPSMax IODeviceLatencyTargetSec BlockIODeviceWeight BlockIOReadBandwidth BlockIOWriteBandwidth Delegate DisableControllers IPAddressAllow IPAddressDeny IPIngressFilterPath IPEgressFilterPath BPFProgram SocketBindAllow SocketBindDeny RestrictNetworkInterfaces',
  ],
];

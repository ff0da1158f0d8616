/** Lists that an empty assignment resets, and so nothing but themselves. */
const LISTS: readonly RegExp[] = [
  /^Exec(?:Condition|StartPre|Start|StartPost|Reload|Stop|StopPre|StopPost)$/,
  /^(?:Environment|EnvironmentFile|PassEnvironment|UnsetEnvironment|SupplementaryGroups|LogExtraFields)$/,
  /^(?:ReadWrite|ReadOnly|Inaccessible|Exec|NoExec|Bind|BindReadOnly)Paths$/,
  /^(?:TemporaryFileSystem|MountImages|ExtensionImages|ExtensionDirectories)$/,
  /^(?:CapabilityBoundingSet|AmbientCapabilities|SystemCallFilter|SystemCallArchitectures|SystemCallLog)$/,
  /^(?:RestrictAddressFamilies|RestrictFileSystems|RestrictNetworkInterfaces)$/,
  /^(?:Load|Set)Credential(?:Encrypted)?$/,
  /^(?:Runtime|State|Cache|Logs|Configuration)Directory$/,
  /^(?:DeviceAllow|IPAddressAllow|IPAddressDeny|IPIngressFilterPath|IPEgressFilterPath|SocketBindAllow|SocketBindDeny)$/,
  /^(?:IO|BlockIO)(?:DeviceWeight|(?:Read|Write)(?:Bandwidth|IOPS)Max|DeviceLatencyTargetSec)$/,
  /^(?:SuccessExitStatus|RestartPreventExitStatus|RestartForceExitStatus|Documentation)$/,
];

/** Lists that nothing resets, or that an empty assignment resets together with others. */
const LASTING: readonly RegExp[] = [
  /^(?:After|Before|Wants|Requires|Requisite|BindsTo|PartOf|Upholds|Conflicts|OnFailure|OnSuccess)$/,
  /^(?:PropagatesReloadTo|ReloadPropagatedFrom|PropagatesStopTo|StopPropagatedFrom|JoinsNamespaceOf)$/,
  /^(?:RequiresMountsFor|WantsMountsFor|Sockets)$/,
  /^(?:Condition|Assert)[A-Z]/,
  /^(?:OnActive|OnBoot|OnStartup|OnUnitActive|OnUnitInactive)Sec$|^OnCalendar$/,
  /^Listen(?:Stream|Datagram|SequentialPacket|FIFO|Special|Netlink|MessageQueue|USBFunction)$/,
  /^(?:PathExists|PathExistsGlob|PathChanged|PathModified|DirectoryNotEmpty)$/,
];

/**
 * How a later file takes back what earlier ones say of a key: its `last` assignment is the only one that counts; an
 * empty one has to `reset` the list first; or `none`, whatever it says is added.
 *
 * Source: systemd.unit(5), systemd.service(5), systemd.exec(5), systemd.resource-control(5), systemd.timer(5),
 * systemd.socket(5), systemd.path(5).
 */
export function replacement(section: string, key: string): 'last' | 'reset' | 'none' {
  if (section === 'Install' || LASTING.some((pattern) => pattern.test(key))) return 'none';
  return LISTS.some((pattern) => pattern.test(key)) ? 'reset' : 'last';
}

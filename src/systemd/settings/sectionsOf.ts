/** The sections that systemd reads in a unit of this name; it warns of others and ignores them. */
export function sectionsOf(name: string): readonly string[] {
  const suffix = name.slice(name.lastIndexOf('.') + 1);
  const own = OWN_SECTION[suffix];
  return own === undefined ? ['Unit', 'Install'] : ['Unit', 'Install', own];
}

/** Targets and devices have none of their own. */
const OWN_SECTION: Readonly<Record<string, string>> = {
  service: 'Service',
  socket: 'Socket',
  mount: 'Mount',
  automount: 'Automount',
  swap: 'Swap',
  timer: 'Timer',
  path: 'Path',
  slice: 'Slice',
  scope: 'Scope',
};

import { parseUnit } from '../../../src/systemd/document/parseUnit.js';
import type { UnitFiles } from '../../../src/systemd/load/unitFiles.js';

/** The files of kimaki.service as an administrator wrote it, with what is changed of them. */
export function exampleFiles(changes: Partial<UnitFiles> = {}): UnitFiles {
  const path = '/etc/systemd/system/kimaki.service';
  return {
    name: 'kimaki.service',
    id: 'kimaki.service',
    names: ['kimaki.service'],
    aliasOf: null,
    instanceOf: null,
    kind: 'own',
    path,
    linkedTo: null,
    fragment: { path, role: 'fragment', document: parseUnit('[Service]\nExecStart=/usr/bin/kimaki\n') },
    dropIns: [],
    shadowed: [],
    problems: [],
    dropInDirectories: [],
    root: '/',
    ...changes,
  };
}

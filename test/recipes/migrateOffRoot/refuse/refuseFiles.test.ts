import { expect, it } from 'vitest';
import { refuseFiles } from '../../../../src/recipes/migrateOffRoot/refuse/refuseFiles.js';
import { parseUnit } from '../../../../src/systemd/document/parseUnit.js';
import type { UnitSource } from '../../../../src/systemd/document/unitSource.js';
import { effectiveUnit } from '../../../../src/systemd/load/effectiveUnit.js';
import { unitSpecifiers } from '../../../../src/systemd/values/unitSpecifiers.js';

const OWN = '/etc/systemd/system/kimaki.service';
const SHARED = '/etc/systemd/system/service.d/10-all.conf';

/** The refusal of a unit that says what is wanted, behind which this drop-in lies; null for none. */
async function refusal(path: string, lines: string): Promise<string | null> {
  const fragment = '[Service]\nExecStart=/k\nUser=opencode\nUMask=0002\n';
  const rewritten: readonly UnitSource[] = [
    { path: OWN, role: 'fragment', document: parseUnit(fragment) },
    { path, role: 'drop-in', document: parseUnit(`[Service]\n${lines}\n`) },
  ];
  const effective = effectiveUnit('kimaki.service', rewritten, unitSpecifiers('kimaki.service', OWN));
  const wanted = { user: 'opencode', group: 'opencode' };
  const refused = await refuseFiles([], { facts: [], leftovers: [], rewritten, effective }, wanted);
  return refused.isErr() ? refused.error.message : null;
}

it.each(['User=root', 'Group=root', 'UMask=0022'])('refuses %s of a drop-in that other units share', async (line) => {
  expect(await refusal(SHARED, line)).toContain(`${SHARED} sets ${line} for other units`);
});

it('refuses a shared drop-in that resets User=, so that the unit runs as root', async () => {
  expect(await refusal(SHARED, 'User=')).toContain(SHARED);
});

it.each(['User=opencode', 'Group=', 'UMask=02', 'UMask=', 'UMask=rwx', 'Nice=1'])(
  'accepts %s there, which leaves the unit what it is to be',
  async (line) => {
    expect(await refusal(SHARED, line)).toBeNull();
  },
);

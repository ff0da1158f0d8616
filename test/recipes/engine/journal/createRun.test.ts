import { readdirSync } from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { basename, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { applyPlan } from '../../../../src/recipes/engine/run/applyPlan.js';
import { runStatus } from '../../../../src/recipes/engine/run/runStatus.js';
import { FakeHost, put } from '../../fakeHost.js';
import { tempDir } from '../../tempDir.js';

let failing = '';

/** The disk as it is, but for one directory or file that cannot be opened. */
const { open } = promises;
promises.open = (...args) =>
  failing !== '' && new RegExp(failing).test(String(args[0]))
    ? Promise.reject(Object.assign(new Error('no'), { code: 'EIO' }))
    : open(...args);
syncBuiltinESMExports();
afterAll(() => {
  promises.open = open;
  syncBuiltinESMExports();
});

test.each(['/runs$', '/runs/0[^/]*/journal.jsonl$'])(
  'a run that is refused because %s cannot be opened is none, and the next one begins',
  async (path) => {
    const host = new FakeHost(tempDir());
    const where = { recipe: 'fake', registry: host.registry, stateDir: host.stateDir };
    failing = path;
    const refused = await applyPlan({ plan: await host.plan([put('a', '1')]), ...where });
    failing = '';
    expect(refused).toBeErr({ code: 'IO', errno: 'EIO' });
    expect((await runStatus(where))._unsafeUnwrap().state).toBe('none');
    const applied = await applyPlan({ plan: await host.plan([put('a', '1')]), ...where });
    expect(applied).toBeOk(expect.objectContaining({ changed: true }));
    expect(readdirSync(join(host.stateDir, 'runs')).map((name) => basename(name).slice(0, 7))).toEqual(['000001-']);
  },
);

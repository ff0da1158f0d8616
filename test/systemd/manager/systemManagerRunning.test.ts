// @module-tag systemd
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { systemManagerRunning } from '../../../src/systemd/manager/systemManagerRunning.js';

describe('systemManagerRunning', () => {
  it('says whether systemd is PID 1 here', async () => {
    const manager = await systemManagerRunning();
    if (existsSync('/run/systemd/system')) expect(manager._unsafeUnwrap().version).toMatch(/^\d+/);
    else expect(manager._unsafeUnwrapErr()).toMatchObject({ code: 'SYSTEMD_NOT_RUNNING' });
  });
});

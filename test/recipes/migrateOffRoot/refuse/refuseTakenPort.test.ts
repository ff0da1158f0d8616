import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { refuseTakenPort } from '../../../../src/recipes/migrateOffRoot/refuse/refuseTakenPort.js';

test('a port that another process has is refused, unless it is the one that the service has already', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const taken = await refuseTakenPort('kimaki.service', { lockPort: 36832, newLockPort: port });
  expect(taken._unsafeUnwrapErr()).toMatchObject({ code: 'PORT_IN_USE', subject: `port ${port}` });
  expect(await refuseTakenPort('kimaki.service', { lockPort: port, newLockPort: port })).toBeOk();
  expect(await refuseTakenPort('kimaki.service', { lockPort: port, newLockPort: null })).toBeOk();
});

import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { listeningPorts, parseListening } from '../../../src/posix/processes/listeningPorts.js';

describe('listeningPorts', () => {
  it('finds the port this process listens on, and no longer once it is closed', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    expect((await listeningPorts(process.pid))._unsafeUnwrap()).toContain(port);
    await new Promise((resolve) => server.close(resolve));
    expect((await listeningPorts(process.pid))._unsafeUnwrap()).not.toContain(port);
  });

  it('finds nothing of a process that is gone', async () => {
    expect((await listeningPorts(0x7fff_fff0))._unsafeUnwrap()).toEqual([]);
  });

  it('reads only rows that listen', () => {
    const table = [
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
      '   0: 0100007F:7524 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1',
      '   1: 0100007F:7525 0100007F:7526 01 00000000:00000000 00:00000000 00000000     0        0 4712 1',
    ].join('\n');
    expect(parseListening(table)).toEqual([{ port: 0x7524, inode: '4711' }]);
  });
});

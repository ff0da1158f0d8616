import { it } from 'vitest';
import { QUICK_APPLY, brokenHost, migrate } from './support.js';
it('scratch', async () => {
  const host = await brokenHost();
  try {
    for (let i = 0; i < 3; i++) {
      const a = await migrate(host, QUICK_APPLY);
      console.log(a.code, await host.ok('systemctl --failed --no-legend; journalctl -u datamachine-worker.service -o short-precise -n 12 --no-pager'));
      const r = await migrate(host, ['rollback', '--json', '--yes']);
      console.log(r.code, await host.ok('systemctl --failed --no-legend; journalctl -u datamachine-worker.service -o short-precise -n 12 --no-pager'));
    }
  } finally { await host.down(); }
}, 300000);

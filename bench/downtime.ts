/**
 * Downtime of a migration against doing it by hand: how long the service is away between its stop and its start.
 *
 * Both sides run on fresh hosts of the lab in the same run, in turn. By hand means the order of work of the usual
 * run-book: stop, move the state, `chown -R` and `chmod -R g+w` of the site, edit the unit, start. Usage:
 * `npm run bench -- [FILES…]`, the number of files added to the site.
 */
import { bootHost, buildProject, installPackage } from '../test/lab/index.js';
import type { Host } from '../test/lab/index.js';

const ROUNDS = 3;
const sizes = process.argv
  .slice(2)
  .map(Number)
  .filter((size) => Number.isInteger(size) && size >= 0);

const BY_HAND = `set -e
systemctl stop kimaki datamachine-worker.timer
rm -rf /home/opencode/.kimaki; mv /root/.kimaki /home/opencode/.kimaki
chown -R opencode:opencode /home/opencode
chown -R www-data:www-data /var/www/site
chmod -R g+w /var/www/site
sed -i -e 's/^User=root/User=opencode/' -e 's#/root/.kimaki/bin/kimaki#/usr/bin/kimaki#' -e 's#/root/.kimaki#/home/opencode/.kimaki#' /etc/systemd/system/kimaki.service
systemctl daemon-reload
systemctl start kimaki datamachine-worker.timer`;

await buildProject();
for (const files of sizes.length > 0 ? sizes : [0, 20_000, 100_000]) {
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const ours = await onFreshHost(files, async (host) => {
      await installPackage(host);
      await host.ok(['wca', 'migrate-off-root', 'apply', '--yes', '--hold', '1'], { timeoutMs: 600_000 });
    });
    const byHand = await onFreshHost(files, (host) => host.ok(BY_HAND, { timeoutMs: 600_000 }));
    ratios.push(ours / byHand);
    console.log(
      `${files} files more, round ${round + 1}: wca ${ours} ms, by hand ${byHand} ms, ratio ${(ours / byHand).toFixed(2)}`,
    );
  }
  console.log(`${files} files more: median ratio ${median(ratios).toFixed(2)}`);
}

async function onFreshHost(files: number, work: (host: Host) => Promise<unknown>): Promise<number> {
  const host = await bootHost({ upperSize: '6G' });
  try {
    if (files > 0) await host.ok(fill(files), { timeoutMs: 600_000 });
    await work(host);
    return await downtime(host);
  } finally {
    await host.down();
  }
}

/** Twenty files a directory, all WordPress's own, as in a media library that grew. */
function fill(files: number): string {
  return (
    `cd /var/www/site/wp-content/uploads && for d in $(seq ${Math.ceil(files / 20)}); do mkdir -p bench/$((d / 100))/$d; ` +
    'for f in $(seq 20); do : > bench/$((d / 100))/$d/$f.jpg; done; done; chown -R www-data:www-data bench'
  );
}

/** Milliseconds between systemd's own times of leaving and of reaching "active". */
async function downtime(host: Host): Promise<number> {
  const shown = await host.ok([
    'systemctl',
    'show',
    'kimaki',
    '-p',
    'ActiveExitTimestampMonotonic,ActiveEnterTimestampMonotonic',
  ]);
  const time = (name: string): number => Number(new RegExp(`${name}TimestampMonotonic=(\\d+)`).exec(shown)?.[1]);
  return Math.round((time('ActiveEnter') - time('ActiveExit')) / 1000);
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

import { describe, expect, it } from 'vitest';
import { FLOW, SITE, bootHost, installPackage, labAvailable } from '../../lab/index.js';
import type { Flow } from '../../../src/wordpress/wpcli/listFlows.js';
import type { Job } from '../../../src/wordpress/wpcli/listJobs.js';
import { inHost } from '../support/inHost.js';

// wp and Data Machine are doubles here: this shows that commands and answers fit together, not how the real ones behave.
describe.skipIf(!labAvailable().ok)('Data Machine through wp', () => {
  it('lists a flow, fires it as a user, and sees its job come to its end', async () => {
    const host = await bootHost();
    try {
      await installPackage(host);
      const flows = (await inHost(host, 'wordpress.listFlows(site, web)')) as readonly Flow[];
      const flow = flows.find(({ name }) => name === FLOW);
      expect(flow).toMatchObject({ name: FLOW });
      const known = (await inHost(host, 'wordpress.listJobs(site, web, { user: "admin" })')) as readonly Job[];
      await inHost(host, `wordpress.runFlow(site, web, ${flow?.id ?? 0})`);
      const request = {
        user: 'admin',
        flow: FLOW,
        knownIds: known.map(({ id }) => id),
        deadlineMs: 60_000,
        pollMs: 200,
      };
      const done = (await inHost(host, `wordpress.waitForJob(site, web, ${JSON.stringify(request)})`)) as Job;
      expect(request.knownIds).not.toContain(done.id);
      // The command of this host lies under /root, so what www-data fires fails.
      expect(done).toMatchObject({ status: expect.stringMatching(/^failed/) as string, flow: FLOW });
      expect(await inHost(host, 'wordpress.runFlow(site, web, 4711)')).toMatchObject({
        code: 'WP_FAILED',
        exitCode: 1,
      });
    } finally {
      await host.down();
    }
  });

  it('renders AGENTS.md as the user, or says that it could not', async () => {
    const host = await bootHost();
    try {
      await installPackage(host);
      await host.ok(`chown root: ${SITE}/AGENTS.md; chmod 0644 ${SITE}/AGENTS.md`);
      expect(await inHost(host, 'wordpress.composeAgentsFile(site, web)')).toMatchObject({ code: 'WP_FAILED' });
      await host.ok(`chown www-data: ${SITE}/AGENTS.md`);
      expect(await inHost(host, 'wordpress.composeAgentsFile(site, web)')).toContain('AGENTS.md');
      expect(await host.ok(`cat ${SITE}/AGENTS.md`)).not.toContain('--allow-root');
    } finally {
      await host.down();
    }
  });
});

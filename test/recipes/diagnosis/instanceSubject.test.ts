// @module-tag root
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { siteFindings, surroundings } from '../../../src/recipes/diagnosis/instanceSubject.js';
import type { Site } from '../../../src/wordpress/site/index.js';
import { exampleInstance } from '../../kimaki/support/exampleInstance.js';
import { tempDir } from '../tempDir.js';

const UNIT = 'kimaki.service';

describe('siteFindings', () => {
  test('are none where the site was found, and where the unit names none', () => {
    expect(siteFindings(UNIT, null)).toEqual([]);
    expect(siteFindings(UNIT, { site: {} as Site })).toEqual([]);
  });

  test('tell a site that does not exist from one that cannot be read, which root could', () => {
    const missing = siteFindings(UNIT, { message: '/srv/site does not exist', isMissing: true });
    expect(missing).toMatchObject([{ id: 'site-missing', severity: 'broken', subject: UNIT }]);
    expect(missing[0]?.what).toContain('/srv/site does not exist');
    const closed = siteFindings(UNIT, { message: 'wp-config.php is a FIFO', isMissing: false });
    expect(closed).toMatchObject([{ id: 'site-unreadable', severity: 'broken' }]);
  });
});

describe('surroundings', () => {
  const instance = exampleInstance();
  const site = (muPluginsDir: string, more: object = {}): { readonly site: Site } => ({
    site: { muPluginsDir, owner: { user: 'www-data' }, fpm: null, ...more } as Site,
  });

  test('without a site say why nothing is known of how WordPress reaches it', async () => {
    const none = await surroundings(instance, null);
    expect(none.request).toEqual({ caller: null });
    expect(none.notChecked.join()).toContain('the unit names no site');
    const missing = await surroundings(instance, { message: 'no site there', isMissing: true });
    expect(missing).toEqual({ request: { caller: null }, notChecked: ['how WordPress reaches it: no site there'] });
  });

  test('give the account of PHP, its php-fpm, and that no channel is registered', async () => {
    const { request, notChecked } = await surroundings(
      instance,
      site(tempDir(), { fpm: { unit: 'php8.2-fpm.service' } }),
    );
    expect(request).toMatchObject({
      caller: { user: { name: 'www-data' } },
      channel: null,
      fpmUnit: 'php8.2-fpm.service',
    });
    expect(notChecked).toEqual([]);
  });

  test('leave the channel out where its file cannot be read for certain', async () => {
    const dir = tempDir();
    writeFileSync(
      join(dir, 'wp-coding-agents-channels.php'),
      '<?php\n    // BEGIN bridges\n    // BEGIN bridge:kimaki\n',
    );
    const { request, notChecked } = await surroundings(instance, site(dir));
    expect(request).not.toHaveProperty('channel');
    expect(notChecked).toMatchObject([expect.stringMatching(/^its channel: /)]);
  });

  test('have no caller where the account of the site does not exist', async () => {
    const around = await surroundings(instance, site(tempDir(), { owner: { user: 'wca-nobody-here' } }));
    expect(around.request.caller).toBeNull();
  });
});

// @module-tag root
import { expect, test } from 'vitest';
import { composeAgentsFile } from '../../../src/wordpress/wpcli/composeAgentsFile.js';
import { runFlow } from '../../../src/wordpress/wpcli/runFlow.js';
import { publicPlace, wwwData } from '../support/fakes.js';

test('a flow is fired and AGENTS.md rendered by the commands Data Machine has for it', async () => {
  const place = await publicPlace();
  try {
    const binary = await place.script('wp', '#!/bin/sh\nshift 2\necho "$*"\n');
    const site = { root: place.path };
    const identity = await wwwData();
    expect((await runFlow(site, identity, 42, { binary }))._unsafeUnwrap()).toBe('datamachine flows run 42');
    const composed = await composeAgentsFile(site, identity, { binary });
    expect(composed._unsafeUnwrap()).toBe('datamachine memory compose AGENTS.md');
    const refusing = await place.script('no', '#!/bin/sh\necho "Error: Flow not found" >&2\nexit 1\n');
    expect((await runFlow(site, identity, 42, { binary: refusing }))._unsafeUnwrapErr()).toMatchObject({
      code: 'WP_FAILED',
      output: 'Error: Flow not found',
    });
  } finally {
    await place.remove();
  }
});

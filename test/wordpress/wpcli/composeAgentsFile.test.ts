// @module-tag root
import { expect, test } from 'vitest';
import { composeAgentsFile } from '../../../src/wordpress/wpcli/composeAgentsFile.js';
import { publicPlace, wwwData } from '../support/fakes.js';

test('AGENTS.md is written by the command Data Machine has for it', async () => {
  const place = await publicPlace();
  try {
    const binary = await place.script('wp', '#!/bin/sh\nshift 3\necho "$*"\n');
    const composed = await composeAgentsFile({ path: place.path }, await wwwData(), { binary });
    expect(composed._unsafeUnwrap()).toBe('datamachine memory compose AGENTS.md');
  } finally {
    await place.remove();
  }
});

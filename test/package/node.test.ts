import { describe, expect, it } from 'vitest';

describe('these tests', () => {
  // npm install PACKAGE brings node_modules/.bin/node back; `npm run prepare` removes it.
  it('run on the Node that was asked for, not on one of node_modules', () => {
    expect(process.execPath).not.toContain('/node_modules/');
  });
});

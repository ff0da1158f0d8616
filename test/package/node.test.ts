import { describe, expect, it } from 'vitest';

describe('these tests', () => {
  it('run on the Node that was asked for, not on one of node_modules', () => {
    expect(process.execPath).not.toContain('/node_modules/');
  });
});

import { describe, expect, it } from 'vitest';
import { escapeExpansion } from '../../../src/systemd/values/escapeExpansion.js';

describe('escapeExpansion', () => {
  it('doubles percent signs everywhere and dollar signs in arguments only', () => {
    expect(escapeExpansion('100%% of ${A} $B $$', 'argument')).toBe('100%%%% of $${A} $$B $$$$');
    expect(escapeExpansion('100%% of ${A} $B $$', 'environment')).toBe('100%%%% of ${A} $B $$');
  });
});

import { describe, expect, it } from 'vitest';
import { maskUnit } from '../../../src/systemd/secrets/maskUnit.js';
import { createRedactor } from '../../../src/posix/secrets/redactor.js';

describe('maskUnit', () => {
  it('takes the unquoted value for the secret, however it is written', () => {
    const redactor = createRedactor((number) => `<${number}>`);
    const masked = maskUnit(
      '[Service]\nEnvironment="A_KEY=x y" A_KEY=x\\x20y A_KEY="x y"\nExecStart=/a --key "x y"\n',
      redactor,
    );
    expect(redactor.finish(masked)).toBe(
      '[Service]\nEnvironment="A_KEY=<1>" A_KEY=<1> A_KEY=<1>\nExecStart=/a --key "<1>"\n',
    );
  });
});

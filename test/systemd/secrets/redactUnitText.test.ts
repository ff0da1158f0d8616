import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';
import { redactUnitText } from '../../../src/systemd/secrets/redactUnitText.js';
import { oddUnit, plainUnit } from '../support/arbitraries.js';

const CANARY = 'cAn4ry-0f-this_test';
const HEX = Array.from(Buffer.from(CANARY), (byte) => `\\x${byte.toString(16)}`).join('');

describe('redactUnitText', () => {
  it.each([
    `Environment=KIMAKI_BOT_TOKEN=${CANARY}`,
    `Environment="A=1" 'KIMAKI_BOT_TOKEN=${CANARY}'`,
    `Environment="KIMAKI_BOT_TOKEN=x ${CANARY}"`,
    `Environment=KIMAKI_BOT_TOKEN="x ${CANARY}"y`,
    `Environment=A=1 \\\n# c\n  KIMAKI_BOT_TOKEN=${CANARY} \\\n  B=2`,
    `Environment="A_TOKEN=x\\\n  ${CANARY}"`,
    `Environment="KIMAKI_BOT_\\x54OKEN=${CANARY}"`,
    `Environment=A_TOKEN=${HEX} B=${CANARY}`,
    `Environment="KIMAKI_TOKEN=x ${CANARY} unbalanced`,
    `Environment=A=\\q B_TOKEN=${CANARY}`,
    `Environment=DB=mysql://u:${CANARY}@localhost/x`,
    `Environment="OPTIONS=--token ${CANARY}"`,
    `Environment=X_KEY=${CANARY} ENCODED=${Buffer.from(`${CANARY}!!`).toString('base64')}`,
    `ExecStart=/x --token ${CANARY} --y`,
    `ExecStart=/x --token=${CANARY}`,
    `ExecStart=/x "--token" "${CANARY}"`,
    `ExecStart=/x --token \\\n  ${CANARY}`,
    `ExecStart=/x --token ${CANARY} "unbalanced`,
    `ExecStart=/bin/sh -c "export API_KEY=${CANARY}; run --token '${CANARY}'"`,
    `ExecStart=/usr/bin/env API_KEY=${CANARY} /x`,
    `ExecStart=/x -H "Authorization: Bearer ${CANARY}"`,
    `SetCredential=name:${CANARY}`,
    `KIMAKI_BOT_TOKEN=${CANARY}`,
    `# Environment=KIMAKI_BOT_TOKEN=${CANARY}`,
    `#Environment="KIMAKI_BOT_TOKEN=x ${CANARY}"`,
    `; the token: ${CANARY}`,
    `Environment=A=b\\\n# X_SECRET=${CANARY}\n C=d`,
    `# c\rEnvironment=A_TOKEN=${CANARY}`,
    `Environment=A=b\\\r# X_SECRET=${CANARY}\r C=d`,
    `# c\0Environment=A_TOKEN=${CANARY}`,
  ])('hides the secret in %j, and shows where it was', (lines) => {
    const shown = redactUnitText(`[Service]\n${lines}\nUser=x\n`);
    expect(shown).toContain('[secret]');
    for (const form of [CANARY, HEX, Buffer.from(CANARY).toString('base64').slice(0, 20)])
      expect(shown).not.toContain(form);
    expect(shown).toContain('User=x');
  });

  it('hides the secret before the first section header, too', () => {
    expect(redactUnitText(`A_TOKEN=${CANARY}\n[Service]\n`)).toBe('A_TOKEN=[secret]\n[Service]\n');
  });

  it('shows everything else as it stands', () => {
    const unit = readFileSync(new URL('../../corpus/units/kimaki.service', import.meta.url), 'utf8');
    expect(redactUnitText(unit)).toBe(unit.replace('canary-0123456789abcdef', '[secret]'));
    for (const line of ['KeyringMode=inherit', 'LoadCredential=token:/etc/x', 'PassEnvironment=API_KEY']) {
      expect(redactUnitText(`[Service]\n${line}\n`)).toBe(`[Service]\n${line}\n`);
    }
  });

  it('leaves no secret of a known name in any unit, however odd the lines around it', () => {
    const quote = fc.constantFrom('', '"', "'");
    const secret = fc
      .string({
        unit: fc.constantFrom('A', 'B', 'x', 'y', 'z', '0', '1', '9', '-', '_', '.'),
        minLength: 12,
        maxLength: 30,
      })
      .map((text) => `S3cr${text}`);
    fc.assert(
      fc.property(oddUnit, secret, quote, fc.constantFrom('', ' ', '\\\n', ' \\\n# c\n '), (bytes, value, q, gap) => {
        const line = Buffer.from(
          `\n\n[Service]\nEnvironment=A=1 ${gap}${q}MY_TOKEN=${value}${q}${gap} B=2\n` +
            `ExecStart=/x --token ${q}${value}${q}\n`,
        );
        expect(redactUnitText(Buffer.concat([bytes, line]))).not.toContain(value);
        expect(redactUnitText(Buffer.concat([line, bytes]))).not.toContain(value);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps a unit without secrets readable as the same unit', () => {
    fc.assert(
      fc.property(
        plainUnit.filter((bytes) => parseUnit(bytes).problems.length === 0),
        (bytes) => {
          const shown = redactUnitText(bytes)
            .replaceAll('\\x0d\n', '\r\n')
            .replaceAll('\\xef\\xbb\\xbf', '\ufeff')
            .replaceAll('\\x0c', '\f');
          expect(shown).toBe(bytes.toString('utf8'));
        },
      ),
      { numRuns: 300 },
    );
  });
});

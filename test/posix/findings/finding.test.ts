import { expect, it } from 'vitest';
import { bySeverity, findingsAbout, remedy } from '../../../src/posix/findings/index.js';

const about = findingsAbout('kimaki.service');

it('says what it is about, what was found, where, and what to do', () => {
  expect(about('umask-missing', 'broken', 'it has no UMask=', remedy.text('set it'), ['/etc/x.service:3'])).toEqual({
    id: 'umask-missing',
    severity: 'broken',
    subject: 'kimaki.service',
    what: 'it has no UMask=',
    evidence: ['/etc/x.service:3'],
    remedy: { kind: 'text', text: 'set it' },
  });
});

it('comes with the most severe first, and otherwise in the order it was found', () => {
  const found = (['note', 'risk', 'broken', 'risk'] as const).map((severity, index) =>
    about(`x-${index}`, severity, '', remedy.text('')),
  );
  expect(bySeverity(found).map(({ id }) => id)).toEqual(['x-2', 'x-1', 'x-3', 'x-0']);
});

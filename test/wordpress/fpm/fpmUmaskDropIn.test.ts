import { expect, test } from 'vitest';
import { unitValues } from '../../../src/systemd/document/unitValues.js';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';
import { fpmUmaskDropIn } from '../../../src/wordpress/fpm/fpmUmaskDropIn.js';

test('the drop-in sets UMask and nothing else, beside the unit', () => {
  const dropIn = fpmUmaskDropIn('php8.2-fpm.service')._unsafeUnwrap();
  expect(dropIn).toMatchObject({ path: '/etc/systemd/system/php8.2-fpm.service.d/50-wca-umask.conf', mode: 0o644 });
  const unit = parseUnit(dropIn.content);
  expect(unit.problems).toEqual([]);
  expect(unit.assignments).toHaveLength(1);
  expect(unitValues(unit, 'Service', 'UMask')).toEqual(['0002']);
});

const BAD = [
  '../x.service',
  'a/b.service',
  'php8.2-fpm',
  '',
  '.service',
  '-x.service',
  'a b.service',
  'x.timer',
  'a\n.service',
];

test.each(BAD)('the unit name %j is refused', (unit) => {
  expect(fpmUmaskDropIn(unit)._unsafeUnwrapErr().code).toBe('INVALID_UNIT_NAME');
});

import { describe, expect, it } from 'vitest';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';
import { assigns, shownKey } from '../../../src/systemd/edits/unitKey.js';

const USER = { section: 'Service', key: 'User' };
const HOME = { section: 'Service', key: 'Environment', variable: 'HOME' };
const says = (text: string, key: typeof USER | typeof HOME): boolean => assigns(parseUnit(text), key);

describe('assigns', () => {
  it('asks for the key in its section', () => {
    expect(says('[Service]\nUser=a\n', USER)).toBe(true);
    expect(says('[Service]\nUser=\n', USER)).toBe(true);
    expect(says('[Service]\nGroup=a\n', USER)).toBe(false);
    expect(says('[Unit]\nUser=a\n', USER)).toBe(false);
  });

  it('asks for one variable, which a reset of all touches too', () => {
    expect(says('[Service]\nEnvironment=A=1 HOME=/x\n', HOME)).toBe(true);
    expect(says('[Service]\nEnvironment=A=1\n', HOME)).toBe(false);
    expect(says('[Service]\nEnvironment=\n', HOME)).toBe(true);
    expect(says('[Service]\nEnvironment="1HOME=/x"\n', HOME)).toBe(false);
  });
});

describe('shownKey', () => {
  it('is the key as it is typed', () => {
    expect([shownKey(USER), shownKey(HOME)]).toEqual(['Service.User', 'Service.Environment.HOME']);
  });
});

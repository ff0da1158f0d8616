import { describe, expect, it } from 'vitest';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';
import { EffectiveSettings } from '../../../src/systemd/load/effectiveSettings.js';
import type { UnitFault } from '../../../src/systemd/load/effectiveUnit.js';
import { unitSpecifiers } from '../../../src/systemd/values/unitSpecifiers.js';

const NAME = 'kimaki.service';

/** Settings after these lines, what was noted as ignored, and the first refusal. */
function after(text: string, { name = NAME, keepRefused = false } = {}) {
  const settings = new EffectiveSettings(name, unitSpecifiers(name, null));
  const ignored: UnitFault[] = [];
  let refusal = null;
  for (const assignment of parseUnit(text).assignments) {
    refusal ??= settings.apply('f', assignment, { ignored, keepRefused });
  }
  return { settings, ignored, refusal };
}

const values = (setting: string, ...lines: readonly string[]): readonly string[] => {
  const [section = ''] = setting.split('.');
  return after(`[${section}]\n${lines.join('\n')}\n`).settings.values(setting);
};

describe('a key with one value', () => {
  it('takes the last valid one', () => {
    expect(values('Service.User', 'User=a', 'User=b')).toEqual(['b']);
    expect(values('Service.UMask', 'UMask=0022', 'UMask=zz')).toEqual(['0022']);
  });

  it('is reset by an empty assignment only where systemd does that', () => {
    expect(values('Service.User', 'User=a', 'User=')).toEqual([]);
    expect(values('Service.ProtectHome', 'ProtectHome=yes', 'ProtectHome=')).toEqual(['yes']);
    expect(values('Service.UMask', 'UMask=0022', 'UMask=')).toEqual(['0022']);
  });
});

describe('a key whose values add up', () => {
  it('adds them until an empty one', () => {
    expect(values('Service.ExecStartPre', 'ExecStartPre=/a', 'ExecStartPre=/b')).toEqual(['/a', '/b']);
    expect(values('Service.ExecStart', 'ExecStart=/a', 'ExecStart=', 'ExecStart=/b')).toEqual(['/b']);
  });

  it('cannot be reset where it holds dependencies', () => {
    expect(values('Unit.After', 'After=a.service', 'After=', 'After=b.service')).toEqual(['a.service', 'b.service']);
  });

  it('puts the later value of a variable in the place of the earlier', () => {
    expect(values('Service.Environment', 'Environment=A=1 B=2', 'Environment=A=3 AB=4')).toEqual([
      'A=3',
      'B=2',
      'AB=4',
    ]);
  });

  it('is reset with its family by one empty condition', () => {
    const conditions = ['ConditionHost=a', 'ConditionUser=b', 'AssertHost=c', 'ConditionHost='];
    expect(values('Unit.ConditionUser', ...conditions)).toEqual([]);
    expect(values('Unit.AssertHost', ...conditions)).toEqual(['c']);
  });
});

describe('another spelling', () => {
  it('sets the keys it stands for, in their section', () => {
    const lines = ['TimeoutStopSec=1', 'TimeoutSec=5'];
    expect(values('Service.TimeoutStartSec', ...lines)).toEqual(['5']);
    expect(values('Service.TimeoutStopSec', ...lines)).toEqual(['5']);
    expect(after('[Service]\nStartLimitBurst=3\n').settings.values('Unit.StartLimitBurst')).toEqual(['3']);
  });
});

describe('what does not count', () => {
  it('is noted with its line: wrong values, unknown keys, empty values that reset nothing', () => {
    const { ignored } = after('[Service]\nUMask=zz\nNoSuchKey=1\nSyslogLevel=\nEnvironment=A=1 1B=2\n');
    expect(ignored.map(({ line, setting }) => `${line} ${setting ?? ''}`)).toEqual([
      '2 Service.UMask',
      '3 Service.NoSuchKey',
      '4 Service.SyslogLevel',
      '5 Service.Environment',
    ]);
  });

  it('passes over sections of other types and X- keys in silence', () => {
    const { settings, ignored } = after('[Timer]\nOnBootSec=1\n[X-Notes]\na=b\n[Service]\nX-Mine=1\n');
    expect(settings.all()).toEqual([]);
    expect(ignored).toEqual([]);
  });
});

describe('what is refused', () => {
  const text = '[Service]\nSupplementaryGroups=adm a:b www-data\n';

  it('says why, and what stands before the fault counts', () => {
    const { settings, refusal } = after(text);
    expect(refusal).toMatchObject({ loadState: 'bad-setting' });
    expect(settings.values('Service.SupplementaryGroups')).toEqual(['adm']);
  });

  it('counts as it stands where faults are read past', () => {
    expect(after(text, { keepRefused: true }).settings.values('Service.SupplementaryGroups')).toEqual([
      'adm a:b www-data',
    ]);
  });

  it('leaves the load state error for a wrong PIDFile=', () => {
    expect(after('[Service]\nPIDFile=../a\n').refusal).toMatchObject({ loadState: 'error' });
  });
});

describe('sections', () => {
  it.each([
    ['a.service', ['Unit', 'Install', 'Service']],
    ['a@b.timer', ['Unit', 'Install', 'Timer']],
    ['a.target', ['Unit', 'Install']],
    ['a.b.socket', ['Unit', 'Install', 'Socket']],
  ])('of %s are %j', (name, sections) => {
    expect(new EffectiveSettings(name, new Map()).sections).toEqual(sections);
  });
});

describe('all', () => {
  it('gives what has a value, and whether it was checked', () => {
    const { settings } = after('[Service]\nUser=a\nUser=\nUMask=0002\nCPUWeight=nonsense\n');
    expect(settings.all().map(({ key, checked }) => [key, checked])).toEqual([
      ['UMask', true],
      ['CPUWeight', false],
    ]);
  });
});

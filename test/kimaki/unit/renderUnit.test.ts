// @module-tag systemd
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeInstance } from '../../../src/kimaki/instance/describeInstance.js';
import type { InstanceDescription } from '../../../src/kimaki/instance/describeInstance.js';
import { renderUnit } from '../../../src/kimaki/unit/renderUnit.js';
import type { RenderUnitRequest } from '../../../src/kimaki/unit/renderUnit.js';
import { effectiveOf } from '../../systemd/support/effectiveOf.js';
import { askSystemd } from '../../systemd/support/oracle.js';

const request: RenderUnitRequest = {
  unit: 'kimaki.service',
  serviceUser: 'opencode',
  home: '/home/opencode',
  dataDir: '/home/opencode/.kimaki',
  site: '/var/www/site',
  binary: '/usr/bin/kimaki',
};

function readBack(text: string, unit = 'kimaki.service'): InstanceDescription {
  return describeInstance({ effective: effectiveOf([text], unit), accountHome: null });
}

describe('a rendered unit', () => {
  it('is unprivileged, shares what it writes, and leaves upgrades to root', () => {
    const text = renderUnit(request)._unsafeUnwrap();
    expect(readBack(text)).toMatchObject({
      user: 'opencode',
      group: null,
      umask: '0002',
      home: '/home/opencode',
      dataDir: '/home/opencode/.kimaki',
      dataDirSource: 'argument',
      site: '/var/www/site',
      binary: '/usr/bin/kimaki',
      lockPort: 29988,
      args: ['--data-dir', '/home/opencode/.kimaki', '--auto-restart', '--no-auto-upgrade'],
    });
    expect(text).not.toContain('root');
  });

  it('keeps the identity of what is installed, whatever the installer was told', () => {
    const installed = { user: 'agent', group: 'agents', umask: '0027' };
    expect(readBack(renderUnit({ ...request, serviceUser: 'root', installed })._unsafeUnwrap())).toMatchObject(
      installed,
    );
    const bare = { user: 'root', group: null, umask: null };
    expect(readBack(renderUnit({ ...request, installed: bare })._unsafeUnwrap())).toMatchObject({
      user: 'root',
      umask: '0002',
      args: ['--data-dir', '/home/opencode/.kimaki', '--auto-restart'],
    });
  });

  it('renders the same again from what it reads of itself', () => {
    const text = renderUnit({ ...request, lockPort: 30_001, environmentFile: '/etc/kimaki.env' })._unsafeUnwrap();
    expect(
      renderUnit({
        ...request,
        lockPort: 30_001,
        environmentFile: '/etc/kimaki.env',
        installed: readBack(text),
      })._unsafeUnwrap(),
    ).toBe(text);
  });

  it('gives systemd nothing to complain about but what is not installed here', async () => {
    const odd = {
      ...request,
      site: '/srv/100% "mine"',
      args: ['--x=a b', '$HOME', '%h', ';', '', "it's"],
      environment: { N: 'a "b" %n \\ c' },
    };
    const units = [request, odd].map((one) => Buffer.from(renderUnit(one)._unsafeUnwrap()));
    for (const verdict of await askSystemd(units)) {
      expect(verdict.complaints).toEqual([]);
      // The oracle sees no other unit of the host, so there is no target to start it with.
      expect(verdict.said.filter((line) => !/is not executable|Unit sysinit.target not found/.test(line))).toEqual([]);
    }
  });
});

describe('whatever values it is given', () => {
  const NASTY = ["'", '"', '%', '%h', '$', '${HOME}', '\\', ' ', '#', ';', '=', 'é', '~', 'a', '\t'];
  const text = fc.array(fc.constantFrom(...NASTY), { maxLength: 6 }).map((parts) => parts.join(''));
  const path = fc
    .array(
      text.map((part) => `x${part.replaceAll('\t', '')}x`),
      { minLength: 1, maxLength: 3 },
    )
    .map((parts) => `/${parts.join('/')}`);

  it('is refused or reads back as exactly these', () => {
    let rendered = 0;
    fc.assert(
      fc.property(
        fc.record({ home: path, dataDir: path, site: path, binary: path, args: fc.array(text), extra: text }),
        ({ extra, ...values }) => {
          const unit = renderUnit({ ...request, ...values, environment: { EXTRA: extra } });
          if (unit.isErr()) return;
          rendered += 1;
          const back = readBack(unit.value);
          // What the manager does with variables happens when it starts the service.
          const started = [back.binary, ...back.args];
          expect(started).toEqual([values.binary, '--data-dir', values.dataDir, ...values.args]);
          expect(back).toMatchObject({ home: values.home, dataDir: values.dataDir, site: values.site });
          expect(back.environment.EXTRA).toBe(extra);
        },
      ),
      { numRuns: 2000, seed: 11 },
    );
    expect(rendered).toBeGreaterThan(300);
  });

  it.each<readonly [Partial<RenderUnitRequest>, string]>([
    [{ unit: '../x' }, 'INVALID_UNIT_NAME'],
    [{ unit: 'kimaki bad.service' }, 'INVALID_UNIT_NAME'],
    [{ unit: 'nginx.service' }, 'INVALID_UNIT_REQUEST'],
    [{ serviceUser: 'a\nExecStart=/bin/sh' }, 'INVALID_UNIT_REQUEST'],
    [{ serviceUser: '' }, 'INVALID_UNIT_REQUEST'],
    [{ home: 'home' }, 'INVALID_UNIT_REQUEST'],
    [{ site: '/a/../b' }, 'INVALID_UNIT_REQUEST'],
    [{ dataDir: '/a\nUser=root' }, 'INVALID_UNIT_REQUEST'],
    [{ binary: '/usr/bin/kimaki\0' }, 'INVALID_UNIT_REQUEST'],
    [{ binary: "/opt/it's/kimaki" }, 'INVALID_UNIT_REQUEST'],
    [{ path: '/usr/bin:' }, 'INVALID_UNIT_REQUEST'],
    [{ lockPort: 0 }, 'INVALID_UNIT_REQUEST'],
    [{ lockPort: 65_536 }, 'INVALID_UNIT_REQUEST'],
    [{ lockPort: 1.5 }, 'INVALID_UNIT_REQUEST'],
    [{ args: ['a\0b'] }, 'INVALID_UNIT_REQUEST'],
    [{ environment: { 'A B': 'x' } }, 'INVALID_UNIT_KEY'],
    [{ environment: { A: 'x\0' } }, 'INVALID_UNIT_REQUEST'],
    [{ installed: { user: 'x y', group: null, umask: null } }, 'INVALID_UNIT_REQUEST'],
    [{ installed: { user: 'x', group: null, umask: '8' } }, 'INVALID_UNIT_REQUEST'],
  ])('refuses %j with %s', (bad, code) => {
    const error = renderUnit({ ...request, ...bad })._unsafeUnwrapErr();
    expect(error.code).toBe(code);
    expect(error.message).not.toMatch(/[\n\0]/);
  });
});

it("writes Roadie's variables into a unit of Roadie, and no argument that it does not know", () => {
  const dataDir = '/home/opencode/.roadie';
  const text = renderUnit({ ...request, unit: 'roadie-shop.service', dataDir, lockPort: 30_001 })._unsafeUnwrap();
  expect(text).toContain(`ROADIE_DATA_DIR=${dataDir}`);
  expect(text).toContain('ROADIE_LOCK_PORT=30001');
  expect(text).not.toMatch(/KIMAKI|no-auto-upgrade/);
  expect(renderUnit({ ...request, unit: 'cc-connect.service' })).toBeErr({ code: 'INVALID_UNIT_REQUEST' });
});

import { describe, expect, it } from 'vitest';
import { lostAbilities } from '../../../src/kimaki/abilities/lostAbilities.js';
import { KIMAKI } from '../../../src/kimaki/bridges/index.js';
import type { AbilityFacts } from '../../../src/kimaki/abilities/lostAbilities.js';

const nothing: AbilityFacts = {
  bridge: KIMAKI,
  oldUser: 'kimaki',
  newUser: 'opencode',
  oldHome: '/root',
  present: [],
  moved: [],
  crontab: false,
  docker: false,
  newGroups: ['opencode'],
  lockPort: 29988,
  npmPrefixWritable: true,
  npmPrefix: '/usr/lib/node_modules',
  autoUpgradeOff: false,
  leftovers: [],
  noNewPrivileges: false,
};
const ids = (facts: Partial<AbilityFacts>): string[] => lostAbilities({ ...nothing, ...facts }).map(({ id }) => id);

describe('lostAbilities', () => {
  it('finds nothing lost where nothing was there', () => {
    expect(ids({})).toEqual([]);
  });

  it.each<[Partial<AbilityFacts>, string[]]>([
    [{ present: ['.ssh/id_ed25519'] }, ['ssh-keys']],
    [{ present: ['.ssh/deploy', '.ssh/deploy.pub'] }, ['ssh-keys']],
    [{ present: ['.ssh/known_hosts', '.ssh/authorized_keys'] }, ['known-hosts']],
    [{ present: ['.config/gh/hosts.yml'] }, ['github-cli']],
    [{ present: ['.config/gh/hosts.yml', '.gitconfig'], moved: ['.config/gh', '.gitconfig'] }, []],
    [{ present: ['.gitconfig'], moved: ['.git'] }, ['git-settings']],
    [{ present: ['.npmrc'] }, ['npm-registry']],
    [{ present: ['.composer/auth.json'] }, ['composer']],
    [{ present: ['.docker/config.json'] }, ['registry-login']],
    [{ crontab: true }, ['crontab']],
    [{ oldUser: 'root' }, ['systemctl', 'packages']],
    [{ oldUser: 'root', lockPort: 80 }, ['systemctl', 'packages', 'low-port']],
    [{ lockPort: 80 }, []],
    [{ oldUser: 'root', docker: true }, ['systemctl', 'packages', 'docker']],
    [{ oldUser: 'root', docker: true, newGroups: ['docker'] }, ['systemctl', 'packages']],
    [{ npmPrefixWritable: false }, ['self-upgrade']],
    [{ npmPrefixWritable: null }, ['self-upgrade']],
    [{ npmPrefixWritable: false, autoUpgradeOff: true }, []],
    [{ leftovers: ['/tmp/kimaki'] }, ['leftovers']],
    [{ noNewPrivileges: true }, ['sudo']],
  ])('%j loses %j', (facts, expected) => {
    expect(ids(facts)).toEqual(expected);
  });

  it('says for each what shows it and what to do, on one line', () => {
    const all = lostAbilities({
      ...nothing,
      oldUser: 'root',
      docker: true,
      crontab: true,
      lockPort: 1,
      npmPrefixWritable: false,
      noNewPrivileges: true,
      present: [
        '.ssh/id_rsa',
        '.ssh/config',
        '.config/gh/hosts.yml',
        '.netrc',
        '.npmrc',
        '.config/composer/auth.json',
        '.docker/config.json',
      ],
      leftovers: ['/tmp/a', '/tmp/b', '/tmp/c', '/tmp/d', '/tmp/e', '/tmp/f'],
    });
    expect(new Set(all.map(({ id }) => id)).size).toBe(15);
    for (const { what, because, remedy } of all)
      for (const text of [what, because, JSON.stringify(remedy)]) expect(text).toMatch(/^[^\n]{5,}$/);
    expect(all.find(({ id }) => id === 'self-upgrade')?.remedy).toMatchObject({
      remedies: [{ text: expect.stringContaining('--no-auto-upgrade') as string }, { option: 'ownPrefix' }],
    });
    const choices = all.filter(({ remedy: { kind } }) => kind === 'any-of');
    expect(choices.map(({ id }) => id)).toEqual(['github-cli', 'git-settings', 'systemctl', 'self-upgrade']);
    choices.pop();
    expect(choices.pop()?.remedy).toMatchObject({ remedies: [{}, { option: 'allowRestart' }] });
    for (const { remedy } of choices)
      expect(remedy).toMatchObject({ remedies: [{}, { option: 'posture', value: 'engineering' }] });
    expect(all.find(({ id }) => id === 'leftovers')?.because).toBe('/tmp/a, /tmp/b, /tmp/c, /tmp/d, /tmp/e and 1 more');
  });
});

/** Numbers from 0 to 1, whole ones below n, one of several. */
export interface Random {
  readonly next: () => number;
  readonly below: (n: number) => number;
  readonly pick: <T>(from: readonly T[]) => T;
}

/** A small seeded generator (mulberry32), so that a failing case can be made again from its seed. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n: number): number => Math.floor(next() * n);
  const pick = <T>(from: readonly T[]): T => {
    const one = from[below(from.length)];
    if (one === undefined) throw new Error('nothing to pick from');
    return one;
  };
  return { next, below, pick };
}

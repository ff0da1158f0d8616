const NS = 1_000_000_000n;

/**
 * A time as touch(1) takes it behind `@`: seconds since 1970, with a sign before 1970, to the nanosecond. Pure.
 *
 * @param ns - nanoseconds since 1970, as lstat(2) gives them
 */
export function exactTime(ns: bigint): string {
  const size = ns < 0n ? -ns : ns;
  return `${ns < 0n ? '-' : ''}${size / NS}.${String(size % NS).padStart(9, '0')}`;
}

/** Whether a text is a time that {@link exactTime} printed whole. Pure. */
export function isExactTime(text: string): boolean {
  return /^-?\d+\.\d{9}$/.test(text);
}

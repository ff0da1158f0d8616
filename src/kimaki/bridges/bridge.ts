/**
 * What tells one bridge from another: the program that connects the agent with a chat. Data only; what all bridges have in
 * common is code in the other rooms.
 */
export interface Bridge {
  /** The name in labels (`bridge:NAME`) and the first part of unit names. */
  readonly name: string;
  /** The command. */
  readonly program: string;
  /** The npm package that has the command. */
  readonly package: string;
  /** The unit of the default instance; others are `NAME-INSTANCE.service`. */
  readonly unit: string;
  /** The data directory below HOME where neither argument nor variable names one. */
  readonly dataDirName: string;
  /** The environment variables of the unit that it reads. */
  readonly variables: { readonly dataDir: string; readonly lockPort: string };
  /** The TCP port that a running instance holds where the variable names none. */
  readonly defaultLockPort: number;
}

/** kimaki, the bridge to Discord. Source: `cli/src/config.ts` of the public repository remorses/kimaki. */
export const KIMAKI: Bridge = {
  name: 'kimaki',
  program: 'kimaki',
  package: 'kimaki',
  unit: 'kimaki.service',
  dataDirName: '.kimaki',
  variables: { dataDir: 'KIMAKI_DATA_DIR', lockPort: 'KIMAKI_LOCK_PORT' },
  defaultLockPort: 29988,
};

/** The patterns of `systemctl list-units` that match every instance. */
export function unitPatterns({ name, unit }: Bridge): readonly string[] {
  return [unit, `${name}-*.service`];
}

/** The label of the channel entry of an instance; `''` is the default instance. */
export function channelLabel({ name }: Bridge, instance: string): string {
  return instance === '' ? `bridge:${name}` : `bridge:${name}-${instance}`;
}

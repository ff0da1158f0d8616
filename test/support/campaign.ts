/** Is this `npm run campaign`, which takes the time for every case? */
export const IS_CAMPAIGN = process.env.WCA_CAMPAIGN === 'full';

/** How many random cases a test looks at: `usual` ones in every run, `full` ones in a campaign. */
export function cases(usual: number, full: number): number {
  return IS_CAMPAIGN ? full : usual;
}

/** Every nth of a list in a usual run, and all of it in a campaign. */
export function sample<T>(list: readonly T[], nth: number): readonly T[] {
  return list.filter((_, index) => index % cases(nth, 1) === 0);
}

/** Has a test, or several, take part in a campaign only. */
export function inCampaign(register: () => void): void {
  if (IS_CAMPAIGN) register();
}

/** Which rows of a table a test looks at: the `usual` in every run, the others too in a campaign. */
export function rows<T>(usual: readonly T[], others: readonly T[]): readonly T[] {
  return IS_CAMPAIGN ? [...usual, ...others] : usual;
}

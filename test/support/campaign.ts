/** Is this `npm run campaign`, which takes the time for every case? */
const IS_CAMPAIGN = process.env.WCA_CAMPAIGN === 'full';

/** How many random cases a test looks at: `usual` ones in every run, `full` ones in a campaign. */
export function cases(usual: number, full: number): number {
  return IS_CAMPAIGN ? full : usual;
}

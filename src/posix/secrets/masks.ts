/** Gives what stands in the place of a secret; one known by its shape alone is not looked for elsewhere. */
export type Mask = (secret: string, byShape?: boolean) => string;

/** Begins and ends a masked place until all passes are done, so that no pass takes a mask for a secret. */
export const MASK_OPEN = '\u{f0000}';
export const MASK_CLOSE = '\u{f0001}';

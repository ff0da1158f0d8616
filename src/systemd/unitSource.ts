import type { UnitDocument } from './unitDocument.js';

/** One of the files that a unit is made of. */
export interface UnitSource {
  readonly path: string;
  /** The unit file itself, or a `.conf` of one of its `.d` directories. */
  readonly role: 'fragment' | 'drop-in';
  readonly document: UnitDocument;
}

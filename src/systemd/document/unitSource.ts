import type { UnitDocument } from './unitDocument.js';

/** One file that systemd reads for a unit. */
export interface UnitSource {
  /** Where the file is, in a form that can be opened: directories that are links are resolved, a link at its end is not. */
  readonly path: string;
  /** The unit file itself, or one of the `*.conf` files that add to it. */
  readonly role: 'fragment' | 'drop-in';
  readonly document: UnitDocument;
}

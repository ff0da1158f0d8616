import { printablePath } from '../../posix/paths/index.js';

/** A value of a database that is a path into an old home. */
export type DatabasePath = {
  readonly kind: 'database';
  /** Absolute. */
  readonly file: string;
  readonly table: string;
  readonly column: string;
  readonly rowid: number;
  /** Which row, for people: `channel_id=1002, name=sandbox`. Escaped; table and column are as the database has them. */
  readonly label: string;
  readonly before: string;
  readonly after: string;
};

/** A settings file or a shim that names such paths. */
export type TextPath = {
  readonly kind: 'text';
  readonly file: string;
  /** Its bytes now and afterwards, in base64. */
  readonly before: string;
  readonly after: string;
  /** When it was last modified: seconds and nanoseconds, `1700000000.000000001`. */
  readonly mtime: string;
};

/** A symbolic link into an old home. */
export type LinkPath = {
  readonly kind: 'link';
  readonly file: string;
  readonly before: string;
  readonly after: string;
};

/** One place whose path follows the move. May hold what the file holds: for a journal, not for printing. */
export type StatePath = DatabasePath | TextPath | LinkPath;

/** Every place inside the state that names an old home. */
export type StatePathPlan = {
  readonly paths: readonly StatePath[];
  /** Places that name a path there which does not move, so that they will be broken. For people, secrets redacted. */
  readonly stuck: readonly string[];
  /** Databases and files that were not read, each with the reason. */
  readonly notSearched: readonly string[];
};

/** Names a value of a database for people: `channels.directory of id=1002, name=sandbox`. */
export function databasePlace({ table, column, label }: Pick<DatabasePath, 'table' | 'column' | 'label'>): string {
  return `${printablePath(`${table}.${column}`)} of ${label}`;
}

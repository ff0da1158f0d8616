export { clearDatabaseCopies, withDatabase } from './withDatabase.js';
export { checkDatabase } from './checkDatabase.js';
export type { DatabaseCheck } from './checkDatabase.js';
export { databaseError } from './databaseError.js';
export type { DatabaseError } from './databaseError.js';
export { findDatabases } from './findDatabases.js';
export { runSqlite } from './runSqlite.js';
export { databaseOwner, quotedName, quotedText } from './sqliteDatabase.js';

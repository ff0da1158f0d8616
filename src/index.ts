/**
 * Typed systemd and POSIX primitives for WordPress agent hosts, and the recipe made of them.
 * Each namespace is also a subpath export (`migrateOffRoot` as `recipes/migrateOffRoot`). The names of neverthrow, whose
 * results every function returns, are given here too: a consumer needs no second install.
 *
 * @packageDocumentation
 */
export * as posix from './posix/index.js';
export * as systemd from './systemd/index.js';
export * as wordpress from './wordpress/index.js';
export * as kimaki from './kimaki/index.js';
export * as recipes from './recipes/index.js';
export * as migrateOffRoot from './recipes/migrateOffRoot/index.js';
export {
  Err,
  Ok,
  Result,
  ResultAsync,
  err,
  errAsync,
  fromAsyncThrowable,
  fromPromise,
  fromSafePromise,
  fromThrowable,
  ok,
  okAsync,
  safeTry,
} from 'neverthrow';

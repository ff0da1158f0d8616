/** The subpaths of the package: `posix` is imported as `@wca/runtime-sdk/posix` and lives in `src/posix/index.ts`. */
export const ENTRIES = ['posix', 'systemd', 'wordpress', 'kimaki', 'recipes', 'recipes/migrateOffRoot'];

import { defineConfig } from 'tsup';

const shared = { format: 'esm', target: 'node20', platform: 'node', splitting: true, sourcemap: false } as const;

export default defineConfig([
  {
    ...shared,
    entry: {
      index: 'src/index.ts',
      'posix/index': 'src/posix/index.ts',
      'systemd/index': 'src/systemd/index.ts',
      'wordpress/index': 'src/wordpress/index.ts',
      'kimaki/index': 'src/kimaki/index.ts',
      'recipes/index': 'src/recipes/index.ts',
      'recipes/migrateOffRoot/index': 'src/recipes/migrateOffRoot/index.ts',
    },
    // The declarations are made by tsc, see scripts/build.mjs; what is in dist/cli by the other half.
    clean: ['!**/*.d.ts', '!cli', '!cli/**'],
  },
  {
    // On its own, so that `wca --help` loads only what it uses and not whole folders.
    ...shared,
    entry: { main: 'src/cli/main.ts' },
    // CommonJS both: loading them costs a fifth of what an empty process takes. The CLI gives no Result to anybody.
    noExternal: ['neverthrow', 'posix-getopt'],
    // What they require is Node's own.
    banner: { js: 'const require = (name) => process.getBuiltinModule(name);' },
    outDir: 'dist/cli',
    clean: true,
  },
]);

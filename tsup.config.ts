import { copyFile, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { defineConfig } from 'tsup';
import type { Options } from 'tsup';

type Plugin = NonNullable<Options['esbuildPlugins']>[number];

/** Modules of Node that take a fiftieth to an eighth of what an empty process takes to start. */
const SLOW = /^node:(?:child_process|crypto|module|os|readline\/promises|util|worker_threads)$/;

/** Loads those when something of them is used: esbuild turns an import from CommonJS into a look at each use. */
const loadSlowModulesLate: Plugin = {
  name: 'load-slow-modules-late',
  setup(build) {
    build.onResolve({ filter: SLOW }, ({ path }) => ({ path, namespace: 'late', sideEffects: false }));
    build.onLoad({ filter: SLOW, namespace: 'late' }, ({ path }) => ({
      contents: `
        for (const name of ${JSON.stringify(Object.keys(process.getBuiltinModule(path) ?? {}))})
          Object.defineProperty(exports, name, {
            enumerable: true,
            get: () => process.getBuiltinModule(${JSON.stringify(path)})[name],
          });`,
    }));
  },
};

/**
 * What a source file looks up when it runs comes into the file, or lies beside it: the copy that root executes later has no
 * node_modules.
 */
const bringDependencies: Plugin = {
  name: 'bring-dependencies',
  setup(build) {
    build.onLoad({ filter: /\/src\/.*\.ts$/ }, async ({ path }) => ({
      loader: 'ts',
      contents: (await readFile(path, 'utf8'))
        // esbuild brings what an undeclared `require` names.
        .replace('const require = createRequire(import.meta.url);', '')
        .replace(".resolve('node-sqlite3-wasm')", ".resolve('./node-sqlite3-wasm.cjs')"),
    }));
  },
};

const shared: Options = {
  format: 'esm',
  target: 'node20',
  platform: 'node',
  splitting: true,
  sourcemap: false,
  esbuildPlugins: [loadSlowModulesLate],
};

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
    // The declarations are made by tsc, see package.json; what is in dist/cli and dist/runner by the others.
    clean: ['!**/*.d.ts', '!cli', '!cli/**', '!runner', '!runner/**'],
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
  {
    // The same as one file, of which root executes a copy: see src/recipes/runner.
    ...shared,
    entry: { wca: 'src/cli/main.ts' },
    splitting: false,
    noExternal: [/./],
    esbuildPlugins: [loadSlowModulesLate, bringDependencies],
    banner: { js: 'const require = (name) => process.getBuiltinModule(name);' },
    outDir: 'dist/runner',
    clean: true,
    onSuccess: async () => {
      const library = dirname(createRequire(import.meta.url).resolve('node-sqlite3-wasm'));
      await copyFile(join(library, 'node-sqlite3-wasm.js'), 'dist/runner/node-sqlite3-wasm.cjs');
      await copyFile(join(library, 'node-sqlite3-wasm.wasm'), 'dist/runner/node-sqlite3-wasm.wasm');
    },
  },
]);

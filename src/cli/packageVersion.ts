import { createRequire } from 'node:module';

/** The version in the package's own package.json, found by self-reference from wherever the bundler put this file. */
export function packageVersion(): string {
  const found: unknown = createRequire(import.meta.url)('@wca/runtime-sdk/package.json');
  const named = typeof found === 'object' && found !== null && 'version' in found;
  return named && typeof found.version === 'string' ? found.version : 'unknown';
}

import { createRequire } from 'node:module';

/** The version of this package, as its package.json says: plans and journals carry it. */
export const TOOL_VERSION: string = versionOf(createRequire(import.meta.url)('@wca/runtime-sdk/package.json'));

function versionOf(manifest: unknown): string {
  const named = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return named && typeof manifest.version === 'string' ? manifest.version : 'unknown';
}

import { buildProject, ensureImage, labAvailable } from './lab/index.js';

/**
 * Builds the package and the image before the first lab test, so that no test's time limit pays for it. Vitest calls it
 * only when one runs. Where no host can be booted it does nothing, and the tests are skipped.
 */
export default async function prepareLab(): Promise<void> {
  if (!labAvailable().ok) return;
  await buildProject();
  await ensureImage('broken');
}

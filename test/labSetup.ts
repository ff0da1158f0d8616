import { ensureImage, labAvailable } from './lab/index.js';

/** Builds the image before the first lab test, so that no test's time limit pays for it. Vitest calls it only when one runs. */
export default async function buildLabImage(): Promise<void> {
  const lab = labAvailable();
  if (!lab.ok) throw new Error(`no host can be booted here: ${lab.reason}`);
  await ensureImage('broken');
}

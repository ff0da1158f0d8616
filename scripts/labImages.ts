// Builds the images of the lab, beside the checks of `npm test`: most of that is waiting for package scripts.
import { ensureImage, labAvailable } from '../test/lab/index.js';

// Where no host can be booted, the tests of the lab say so.
const lab = ((): boolean => {
  try {
    return labAvailable().ok;
  } catch {
    return false;
  }
})();
if (lab) for (const variant of ['broken', 'clean', 'roadie'] as const) await ensureImage(variant);

// Builds the images of the lab, beside the checks of `npm test`: most of that is waiting for package scripts.
import { ensureImage, labAvailable } from '../test/lab/index.js';

if (labAvailable().ok) for (const variant of ['broken', 'clean', 'roadie'] as const) await ensureImage(variant);

// npm run check [-- NAME…]: every check that is not a test, or the named ones.
import { runStages } from './runStages.mjs';

const names = process.argv.slice(2);
const results = await runStages(names.length > 0 ? names : undefined);
const failed = results.filter((result) => !result.ok);
console.log(
  failed.length === 0 ? `${results.length} checks passed` : `failed: ${failed.map((stage) => stage.name).join(' ')}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;

import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { BUILD, STAGES } from './stages.mjs';

/** @import { Stage } from './stages.mjs' */

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * How one stage ended.
 *
 * @typedef {{ readonly name: string, readonly ok: boolean, readonly seconds: number, readonly output: string }} StageResult
 */

/**
 * Runs check stages, as many at a time as there are processors, and says how each ended as soon as it did. The build
 * runs first when one of them reads it.
 *
 * @param {readonly string[]} [names] which ones; all without it
 * @returns {Promise<readonly StageResult[]>}
 */
export async function runStages(names) {
  const known = [BUILD, ...STAGES];
  const unknown = names?.filter((name) => !known.some((stage) => stage.name === name)) ?? [];
  if (unknown.length > 0)
    throw new Error(`no such check: ${unknown.join(' ')}; there are ${known.map((s) => s.name).join(' ')}`);
  const wanted = STAGES.filter((stage) => names === undefined || names.includes(stage.name));
  const building = names === undefined || names.includes(BUILD.name) || wanted.some((stage) => stage.dist);

  /** @type {StageResult[]} */
  const results = [];
  const built = building ? await run(BUILD) : undefined;
  if (built) results.push(built);
  const queue = wanted.filter((stage) => built?.ok !== false || !stage.dist);
  for (const stage of wanted.filter((waiting) => !queue.includes(waiting))) {
    results.push(report({ name: stage.name, ok: false, seconds: 0, output: 'not run: the build failed' }));
  }
  const worker = async () => {
    for (let stage = queue.shift(); stage; stage = queue.shift()) results.push(await run(stage));
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return results;
}

/**
 * @param {Stage} stage
 * @returns {Promise<StageResult>}
 */
function run(stage) {
  const [file = '', ...args] = stage.command;
  const start = performance.now();
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      // npm pack, which some of them run, must not build again below the feet of the others.
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0', npm_config_ignore_scripts: 'true' },
    });
    let output = '';
    const take = (/** @type {Buffer} */ chunk) => {
      output += chunk.toString();
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    const end = (/** @type {boolean} */ ok) => {
      const seconds = Math.round((performance.now() - start) / 100) / 10;
      resolve(report({ name: stage.name, ok, seconds, output: output.trim() }));
    };
    child.on('error', (error) => {
      output += error.message;
      end(false);
    });
    child.on('close', (code) => {
      end(code === 0);
    });
  });
}

/** @param {StageResult} result */
function report(result) {
  console.log(`${result.ok ? 'ok  ' : 'FAIL'} ${result.name.padEnd(14)} ${result.seconds.toFixed(1)} s`);
  if (!result.ok) console.log(result.output.replace(/^/gm, '     '));
  return result;
}

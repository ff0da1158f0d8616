// Writes the JSON Schemas in schema/ from the declarations of the answers; with --check only compares them.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { toJsonSchema } from '@valibot/to-json-schema';
import prettier from 'prettier';
import { ANSWERS } from '../src/cli/answers/answers.js';
import type { Answers } from '../src/cli/answers/answers.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const check = process.argv.includes('--check');

/** One schema file: the answers of a command as definitions, one of which a document is. */
export async function schemaFile(name: string): Promise<string> {
  const file = ANSWERS[name];
  if (file === undefined) throw new Error(`there are no answers called ${name}`);
  const text = JSON.stringify(documentOf(file));
  const options = await prettier.resolveConfig(`${root}/schema/${name}.schema.json`);
  return prettier.format(text, { ...options, parser: 'json' });
}

function documentOf({ title, answers }: Answers): object {
  const names = Object.keys(answers);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title,
    description: 'One document on stdout. Fields not named here may be added; those that are named keep their meaning.',
    oneOf: names.map((name) => ({ $ref: `#/$defs/${name}` })),
    $defs: Object.fromEntries(Object.entries(answers).map(([name, schema]) => [name, definitionOf(schema)])),
  };
}

function definitionOf(schema: Answers['answers'][string]): object {
  const definition = toJsonSchema(schema, {
    target: 'draft-2020-12',
    // A check in code has no counterpart in JSON Schema; any JSON is an empty schema.
    overrideSchema: ({ valibotSchema }) => (valibotSchema.type === 'custom' ? {} : undefined),
    ignoreActions: ['check', 'readonly'],
  });
  delete definition.$schema;
  return definition;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const name of Object.keys(ANSWERS)) {
    const path = `${root}/schema/${name}.schema.json`;
    const text = await schemaFile(name);
    if (!check) writeFileSync(path, text);
    else if (readFileSync(path, 'utf8') !== text) {
      console.error(`schema/${name}.schema.json differs from its declaration; run npm run schema`);
      process.exitCode = 1;
    }
  }
}

import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';

/** The file in schemas/ of a schema such as `natc.list/v1`. */
export const schemaFile = (schema: string): string =>
  `${schema.replace(/^natc\./, '').replace('/', '-')}.schema.json`;
/** The schema as it is published. */
export const schemaOf = (schema: string) =>
  JSON.parse(readFileSync(`schemas/${schemaFile(schema)}`, 'utf8'));

/** As the schema, but for fields that it does not name. */
function strict(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strict);
  if (typeof schema !== 'object' || schema === null) return schema;
  const parts = Object.entries(schema).map(([name, part]) => [
    name,
    name === 'const' || name === 'enum' ? part : strict(part),
  ]);
  const made: Record<string, unknown> = Object.fromEntries(parts);
  const closes =
    'properties' in made && made['type'] === 'object' && !('additionalProperties' in made);
  return closes ? { ...made, additionalProperties: false } : made;
}

/** What speaks against a document, a field that the schema does not name included. */
export function problemsOf(schema: string, document: unknown): unknown {
  const validate = new Ajv2020({ allErrors: false, allowUnionTypes: true }).compile(
    strict(schemaOf(schema)) as object,
  );
  return validate(document) ? [] : validate.errors;
}

/** As much of JSON Schema as the schemas in docs use. */

export type Schema = { readonly [keyword: string]: unknown };

/** What of a value a schema refuses; empty where it is valid. @param root holds `$defs` */
export function schemaProblems(
  value: unknown,
  schema: Schema,
  root: Schema = schema,
  at = '$',
): readonly string[] {
  const sub = (inner: unknown, each: Schema, place = at) =>
    schemaProblems(inner, each, root, place);
  const ref = schema['$ref'];
  if (typeof ref === 'string') {
    const name = ref.replace('#/$defs/', '');
    return sub(value, (root['$defs'] as Record<string, Schema>)[name]!);
  }
  const problems: string[] = [];
  const refuse = (isWrong: boolean, what: string) => {
    if (isWrong) problems.push(`${at}: ${what}`);
  };
  const { type, oneOf, pattern, properties, required, items } = schema;
  if (type !== undefined) refuse(typeOf(value) !== type, `no ${String(type)}`);
  if ('const' in schema) refuse(value !== schema['const'], `not ${String(schema['const'])}`);
  if (Array.isArray(schema['enum'])) refuse(!schema['enum'].includes(value), 'none of the enum');
  if (Array.isArray(oneOf)) {
    const results = oneOf.map((each: Schema) => sub(value, each));
    const fits = results.filter((each) => each.length === 0).length;
    refuse(fits !== 1, `${fits} of oneOf fit: ${results.flat().join('; ')}`);
  }
  if (typeof value === 'string') {
    if (typeof pattern === 'string') refuse(!new RegExp(pattern, 'u').test(value), pattern);
    refuse(value.length < Number(schema['minLength'] ?? 0), 'too short');
  }
  if (typeof value === 'number') {
    refuse(value < Number(schema['minimum'] ?? -Infinity), 'too small');
    refuse(value > Number(schema['maximum'] ?? Infinity), 'too big');
  }
  if (Array.isArray(value)) {
    refuse(value.length < Number(schema['minItems'] ?? 0), 'too few');
    if (items !== undefined)
      problems.push(...value.flatMap((each, i) => sub(each, items as Schema, `${at}[${i}]`)));
  } else if (typeOf(value) === 'object') {
    const fields = value as Record<string, unknown>;
    const known = (properties ?? {}) as Record<string, Schema>;
    const names = Object.keys(fields);
    for (const name of (required ?? []) as string[]) refuse(!(name in fields), `no ${name}`);
    refuse(names.length < Number(schema['minProperties'] ?? 0), 'too few fields');
    refuse(names.length > Number(schema['maxProperties'] ?? Infinity), 'too many fields');
    for (const name of names) {
      const own = known[name];
      if (own !== undefined) problems.push(...sub(fields[name], own, `${at}.${name}`));
      else refuse(schema['additionalProperties'] === false, `unknown ${name}`);
    }
  }
  return problems;
}

const typeOf = (value: unknown): string =>
  value === null
    ? 'null'
    : Array.isArray(value)
      ? 'array'
      : Number.isInteger(value)
        ? 'integer'
        : typeof value;

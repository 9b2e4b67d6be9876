// JSON schema of the configuration, for configurations in JSON and for editors: made of the schema that checks them, and of the
// TSDoc comments of its options. `node packaging/config-schema.ts` writes it.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runInNewContext } from 'node:vm';
import { z } from 'zod';
import { gatewayConfigSchema } from '../gateway/config/config.ts';
import { readOptionDocs, signatureOf } from './option-docs.ts';

export const schemaFile: string = fileURLToPath(new URL('../schema/config.schema.json', import.meta.url));

interface JsonSchema {
  [keyword: string]: unknown;
  properties?: Record<string, JsonSchema>;
  required?: string[];
}

/** Functions, class instances and plugins, which JSON has no form for. */
const noJson = 'x-no-json';

/** The schema as the text of its file. */
export function configSchema(): string {
  const schema = z.toJSONSchema(gatewayConfigSchema, {
    io: 'input',
    reused: 'inline',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema._zod.def.type === 'custom') Object.assign(jsonSchema, { [noJson]: true });
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  });
  // A copy without shared parts: options of one type have descriptions of their own.
  const described = withDocs(JSON.parse(JSON.stringify(schema)), readOptionDocs());
  const { $schema, properties, ...rest } = withoutFunctions(described) ?? {};
  const own = { $schema: { type: 'string', description: 'Address or path of this schema.' }, ...properties };
  const whole = { $schema, title: 'Configuration of Concierge', ...rest, properties: own };
  return `${JSON.stringify(whole, null, 2)}\n`;
}

function withDocs(schema: JsonSchema, docs: ReturnType<typeof readOptionDocs>): JsonSchema {
  const { properties = {} } = schema;
  const [known] = docs.get(signatureOf(Object.keys(properties))) ?? [];
  for (const [name, option] of Object.entries(properties)) {
    const { text, example } = known?.get(name) ?? { text: '', example: '' };
    Object.assign(option, { description: text, ...examplesOf(example) });
  }
  for (const part of schemasIn(schema)) withDocs(part, docs);
  return schema;
}

function schemasIn({ properties = {}, items, additionalProperties, anyOf }: JsonSchema): JsonSchema[] {
  const parts: unknown[] = [...Object.values(properties), items, additionalProperties, ...((anyOf as unknown[]) ?? [])];
  return parts.filter((part): part is JsonSchema => typeof part === 'object' && part !== null);
}

/** An example that JSON has a form for. */
function examplesOf(text: string): { examples?: unknown[] } {
  try {
    const value: unknown = runInNewContext(`(${text})`);
    const written = JSON.stringify(value);
    return written !== undefined && !/=>|=> |\(\)/.test(text) ? { examples: [JSON.parse(written)] } : {};
  } catch {
    // It calls a function of the package, such as `env`.
    return {};
  }
}

/** Without options that are functions, and without objects that need one; null for such a schema. */
function withoutFunctions(schema: JsonSchema): JsonSchema | null {
  if (noJson in schema) return null;
  const result: JsonSchema = { ...schema };
  for (const keyword of ['items', 'additionalProperties'] as const) {
    const part = schema[keyword];
    if (typeof part !== 'object' || part === null) continue;
    const left = withoutFunctions(part as JsonSchema);
    if (!left) return null;
    result[keyword] = left;
  }
  if (Array.isArray(schema.anyOf)) {
    const left = (schema.anyOf as JsonSchema[]).map(withoutFunctions).filter((one) => one !== null);
    if (left.length === 0) return null;
    result.anyOf = left;
  }
  if (!schema.properties) return result;
  const left = Object.entries(schema.properties).map(([name, option]) => [name, withoutFunctions(option)] as const);
  if (left.some(([name, option]) => option === null && schema.required?.includes(name))) return null;
  result.properties = Object.fromEntries(left.flatMap(([name, option]) => (option ? [[name, option] as const] : [])));
  return result;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(schemaFile, configSchema());

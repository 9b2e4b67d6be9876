// Options of the configuration and of clients: each is documented where it is declared, and the published JSON schema is made of
// what checks them.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { type ClientDefinition, clientSchema } from '../gateway/client-views/definition.ts';
import { type GatewayConfig, gatewayConfigSchema } from '../gateway/config/config.ts';
import { alternatives, definitionOf } from '../gateway/config/option-paths.ts';
import { configSchema, schemaFile } from '../packaging/config-schema.ts';
import { type OptionDoc, readOptionDocs, signatureOf } from '../packaging/option-docs.ts';

type Schema = z.core.$ZodType;

const documented = readOptionDocs();

interface Option {
  path: string;
  schema: Schema;
  docs: readonly OptionDoc[];
}

/** Every option below a schema, with its documentation. */
function optionsOf(schema: Schema, prefix = ''): Option[] {
  return alternatives(schema).flatMap((one) => {
    const { shape, valueType, element } = definitionOf(one);
    if (valueType) return optionsOf(valueType, `${prefix}.<name>`);
    if (element) return optionsOf(element, `${prefix}[]`);
    const known = documented.get(signatureOf(Object.keys(shape ?? {}))) ?? [];
    return Object.entries(shape ?? {}).flatMap(([name, option]) => {
      const path = prefix === '' ? name : `${prefix}.${name}`;
      const docs = known.flatMap((object) => object.get(name) ?? []);
      return [{ path, schema: option, docs }, ...optionsOf(option, path)];
    });
  });
}

const options = [...optionsOf(gatewayConfigSchema), ...optionsOf(clientSchema, 'client')];

const failing = (isFine: (option: Option) => boolean) => options.filter((one) => !isFine(one)).map(({ path }) => path);

/** Texts that a value may be, as patterns. */
const patternsOf = (schema: Schema) =>
  alternatives(schema).flatMap((one) => {
    const { pattern } = z.toJSONSchema(one as z.ZodType, { unrepresentable: 'any', io: 'input' });
    return pattern ?? [];
  });

test('every option has its meaning, its default or that it is required, and an example', () => {
  expect(options.length).toBeGreaterThan(250);
  // An object that stands in several places has the same documentation in each.
  expect(failing(({ docs }) => docs.length > 0 && docs.every(({ text }) => text.length > 15))).toEqual([]);
  expect(failing(({ docs }) => docs.every(({ text }) => /Default: \S|Required/.test(text)))).toEqual([]);
  expect(failing(({ docs }) => docs.every(({ example }) => example !== ''))).toEqual([]);
});

test('every duration and size has its unit', () => {
  const durations = options.filter(({ schema }) =>
    patternsOf(schema).some((pattern) => pattern.includes('(ms|s|m|h)')),
  );
  const sizes = options.filter(({ schema }) => patternsOf(schema).some((pattern) => pattern.includes('(kb|mb|gb)')));
  expect(durations.length).toBeGreaterThan(25);
  expect(sizes.length).toBeGreaterThan(8);
  const without = (all: Option[], unit: RegExp) =>
    all.filter(({ docs }) => !docs.every(({ text }) => unit.test(text))).map(({ path }) => path);
  expect(without(durations, /milliseconds|seconds/)).toEqual([]);
  expect(without(sizes, /bytes/)).toEqual([]);
});

test('the published schema is what the sources say', () => {
  // `node packaging/config-schema.ts` writes it.
  expect(readFileSync(schemaFile, 'utf8')).toBe(configSchema());
  const packed = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  expect(packed.exports['./config.schema.json']).toBe('./schema/config.schema.json');
  expect(packed.files).toContain('schema/config.schema.json');
});

test('the published schema accepts and rejects what the gateway does, and describes every option of it', () => {
  const published = JSON.parse(readFileSync(schemaFile, 'utf8'));
  const schema = z.fromJSONSchema(published);
  const subgraphs = { users: { url: 'http://127.0.0.1:4001/graphql', schema: 'users.graphql', timeout: '5s' } };
  const fine = { subgraphs, maxBodyBytes: '5mb', limits: { depth: 8 }, redis: { url: 'redis://127.0.0.1' } };
  for (const [config, isValid] of [
    [fine, true],
    [{ ...fine, prot: 4000 }, false],
    [{ ...fine, port: '4000' }, false],
    [{ ...fine, timeout: '5 seconds' }, false],
    [{ ...fine, maxBodyBytes: '5 MB' }, false],
    [{ subgraphs: { users: { ...subgraphs.users, retries: 1 } } }, false],
  ] as const) {
    expect(gatewayConfigSchema.safeParse(config).success).toBe(isValid);
    expect(schema.safeParse({ $schema: './config.schema.json', ...config }).success).toBe(isValid);
  }
  const undescribed: string[] = [];
  const visit = (part: unknown, path: string): void => {
    if (typeof part !== 'object' || part === null) return;
    const { properties } = part as { properties?: Record<string, { description?: string }> };
    for (const [name, { description = '' }] of Object.entries(properties ?? {})) {
      if (description === '') undescribed.push(`${path}.${name}`);
    }
    for (const [key, value] of Object.entries(part)) visit(value, `${path}.${key}`);
  };
  visit(published, '');
  expect(undescribed).toEqual([]);
});

test('the types of configurations are those that the schemas take', () => {
  type Same<One, Other> = [One] extends [Other] ? ([Other] extends [One] ? true : false) : false;
  const areSame: [
    Same<GatewayConfig, z.input<typeof gatewayConfigSchema>>,
    Same<ClientDefinition, z.input<typeof clientSchema>>,
  ] = [true, true];
  expect(areSame).toEqual([true, true]);
});

// Effect of a change of the demo's services on its three clients: it breaks those operations that use what is gone,
// each by its name, and no other.
import { readFileSync } from 'node:fs';
import { buildSchema, parse, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import { expect, test } from 'vitest';
import { outcomeOf } from '../harness/command.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { root } from '../harness/gateway.ts';

const clients = ['admin', 'mobile', 'web'];

interface Checked {
  name: string;
  /** The error of its view, if it cannot be made. */
  view: object | null;
  breaks: { operation: string }[];
}

const definitionOf = (client: string) => readFileSync(`${root}clients/${client}/client.ts`, 'utf8');

/** Operations that select the field, by the client's manifest and schema. */
function users(client: string, coordinate: string): string[] {
  const schema = buildSchema(readFileSync(`${root}schema/clients/${client}.graphql`, 'utf8'));
  const { operations } = JSON.parse(readFileSync(`${root}clients/${client}/generated/documents.json`, 'utf8'));
  return operations.flatMap(({ name, body }: { name: string; body: string }) => {
    let uses = false;
    const types = new TypeInfo(schema);
    const enter = ({ name: { value } }: { name: { value: string } }) => {
      uses ||= `${types.getParentType()?.name}.${value}` === coordinate;
    };
    visit(parse(body), visitWithTypeInfo(types, { Field: { enter } }));
    return uses ? [name] : [];
  });
}

test.each([
  ['products', 'Product.rating', /^ {2}"0 to 5"\n {2}rating: Float$/m],
  ['products', 'Product.inStock', /^ {2}inStock: Int.*$/m],
  ['orders', 'OrderLine.unitPrice', /^ {2}"For one piece.*"\n {2}unitPrice: Money!$/m],
  ['users', 'User.avatarUrl', /^ {2}avatarUrl: String$/m],
])('%s without %s', async (subgraph, coordinate, field) => {
  const sdl = readFileSync(`${root}schema/subgraphs/${subgraph}.graphql`, 'utf8');
  const changed = sdl.replace(field, '');
  expect(changed).not.toBe(sdl);
  const folder = temporaryFolder({ 'changed.graphql': changed });
  const { code, output } = await outcomeOf([
    ...['check', '--subgraph', subgraph, '--schema', `${folder}/changed.graphql`, '--json'],
  ]);
  const { clients: checked } = JSON.parse(output);
  const broken = checked.map(({ name, view, breaks }: Checked) => [
    name,
    view !== null,
    [...new Set(breaks.map(({ operation }) => operation))].sort(),
  ]);
  const ofView = (client: string) => (client === 'web' ? coordinate.replace('User.', 'Customer.') : coordinate);
  const expected = clients.map((client) => [
    client,
    // A definition that names what is gone does not fit the graph any more, whatever the operations select.
    definitionOf(client).includes(`'${coordinate}'`),
    users(client, ofView(client)).sort(),
  ]);
  expect(broken).toEqual(expected);
  expect(expected.some(([, , names]) => Array.isArray(names) && names.length > 0)).toBe(true);
  expect(code).toBe(1);
});

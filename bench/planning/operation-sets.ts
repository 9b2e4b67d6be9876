// Operation sets: counts the steps that preparing each operation of a folder takes, against a schema that one service
// or several serve, and the time. For sets of others, whose text is no part of this repository.
//
//   node planning/operation-sets.ts schema.(graphql|json) folder-or-file…
//   node planning/operation-sets.ts [1-9] folder-or-file…   infers the schema from the operations, spread over so many services
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildClientSchema,
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  printSchema,
  visit,
} from 'graphql';
import { composeGraph } from '../../gateway/compose/graph.ts';
import { limitsSection, maxSteps } from '../../gateway/config/limits.ts';
import { inferServices } from './inferred-services.ts';
import { preparer, report } from './prepare.ts';

const [schemaFile = '1', ...places] = process.argv.slice(2);

function filesIn(place: string): string[] {
  if (!statSync(place).isDirectory()) return [place];
  return readdirSync(place, { recursive: true, encoding: 'utf8' })
    .map((file) => join(place, file))
    .filter((file) => /\.(graphql|gql|[cm]?[jt]sx?)$/.test(file) && statSync(file).isFile());
}

/** GraphQL in a file: all of it, or the template literals of a program that are documents. */
function documentsIn(file: string): DocumentNode[] {
  const text = readFileSync(file, 'utf8');
  const literals = /\.(graphql|gql)$/.test(file)
    ? [text]
    : [...text.matchAll(/`((?:[^`\\]|\\.)*)`/g)].map(([, literal = '']) => literal.replaceAll(/\$\{[^}]*\}/g, ''));
  return literals.flatMap((literal) => {
    if (!/\b(query|mutation|subscription|fragment)\b[^{]*\{/.test(literal)) return [];
    try {
      return parse(literal, { noLocation: true });
    } catch {
      return [];
    }
  });
}

const definitions = places
  .flatMap(filesIn)
  .flatMap(documentsIn)
  .flatMap(({ definitions }) => definitions);
const fragments = new Map<string, FragmentDefinitionNode>();
const operations = new Map<string, OperationDefinitionNode>();
for (const definition of definitions) {
  if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  if (definition.kind === Kind.OPERATION_DEFINITION) operations.set(print(definition), definition);
}

/** With the fragments that it needs. */
function documentOf(operation: OperationDefinitionNode): DocumentNode {
  const needed = new Map<string, FragmentDefinitionNode>();
  const add = (node: OperationDefinitionNode | FragmentDefinitionNode): void => {
    visit(node, {
      [Kind.FRAGMENT_SPREAD]: ({ name }) => {
        const fragment = fragments.get(name.value);
        if (!fragment || needed.has(name.value)) return;
        needed.set(name.value, fragment);
        add(fragment);
      },
    });
  };
  add(operation);
  return { kind: Kind.DOCUMENT, definitions: [operation, ...needed.values()] };
}

const documents = [...operations.values()].map(documentOf);

function services(): Record<string, string> {
  if (/^\d$/.test(schemaFile)) return inferServices(documents, Number(schemaFile));
  const text = readFileSync(schemaFile, 'utf8');
  if (!schemaFile.endsWith('.json')) return { one: text };
  const { data = undefined, ...introspection } = JSON.parse(text);
  return { one: printSchema(buildClientSchema(data ?? introspection)) };
}

const graph = composeGraph(Object.entries(services()).map(([name, sdl]) => ({ name, sdl })));
const prepare = preparer(graph, { ...limitsSection.parse({ introspection: true }), steps: false });
const samples = documents.map((document) => ({ ...prepare(print(document)), name: nameOf(document) }));
const valid = samples.filter(({ rejected }) => !rejected);
console.log(`${documents.length} operations, ${valid.length} of them valid for the schema`);
report('operations', valid);
const limit = maxSteps(limitsSection.parse({ introspection: true }));
for (const { name, steps } of valid.sort((one, other) => other.steps - one.steps).slice(0, 5)) {
  console.log(`${String(steps).padStart(8)} steps, ${(limit / steps).toFixed(1)} times below the limit: ${name}`);
}

function nameOf({ definitions: [operation] }: DocumentNode): string {
  return (operation as OperationDefinitionNode).name?.value ?? '(unnamed)';
}

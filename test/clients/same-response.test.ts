// Property of views: a document, mapped and executed on the graph, has the result that it has on the view's schema over
// the same data. Views and operations are generated.
import { readFileSync } from 'node:fs';
import { buildSchema, execute, type GraphQLSchema, printSchema, validate } from 'graphql';
import { expect, test } from 'vitest';
import { buildView, type View } from '../../gateway/client-views/view.ts';
import { ComposeError } from '../../gateway/compose/compose-error.ts';
import { elementsOf } from '../../gateway/compose/schema-elements.ts';
import { openGraphUnderTest } from '../differential/graphs.ts';
import { generateOperation, type Operation } from '../differential/operations.ts';
import { Random } from '../differential/random.ts';
import { inGraphNames, inViewNames, makeUp } from './fixtures.ts';
import { randomClient } from './random-view.ts';

/** The demo's graph, one that Federation composed, and one of edge cases in names and types. */
const graphs = {
  demo: buildSchema(readFileSync(new URL('../../schema/graph.graphql', import.meta.url), 'utf8')),
  bench: openGraphUnderTest('bench').graph.graph.schema,
  edgeCases: openGraphUnderTest('edgeCases').graph.graph.schema,
};
const viewsPerGraph = 30;
const operationsPerView = 12;

interface Generated {
  name: keyof typeof graphs;
  seed: number;
  view: View;
}

const generated = Object.entries(graphs).flatMap(([name, schema]) =>
  Array.from({ length: viewsPerGraph }, (_, seed): Generated => {
    const view = randomView(schema, new Random(seed + 1));
    return { name: name as keyof typeof graphs, seed: seed + 1, view };
  }),
);

/** The first generated view that is not rejected for hiding what others require. */
function randomView(schema: GraphQLSchema, random: Random): View {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return buildView({ schema, sources: [] }, randomClient(schema, random), 'generated');
    } catch (error) {
      if (!(error instanceof ComposeError) || attempt === 50) throw error;
    }
  }
}

const graphOf = ({ name, view }: Generated) => makeUp(buildSchema(printSchema(graphs[name])), inGraphNames(view));

/** In the generated data, nothing but a type's name is the name of a type. */
function withViewTypes(value: unknown, view: View): unknown {
  if (typeof value === 'string') return view.typeName(value) ?? value;
  if (Array.isArray(value)) return value.map((item) => withViewTypes(item, view));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withViewTypes(item, view)]));
}

function operationsOf({ view, seed }: Generated): Operation[] {
  return Array.from({ length: operationsPerView }, (_, each) =>
    generateOperation({
      schema: view.schema,
      seed: seed * 1000 + each,
      knownValues: () => undefined,
      mutations: 0.15,
      introspection: false,
    }),
  );
}

test('generated views hide and rename', () => {
  for (const name of Object.keys(graphs)) {
    const every = generated.filter((each) => each.name === name).map(({ view }) => view);
    const some = (holds: (view: View) => boolean) => expect(every.filter(holds).length, name).toBeGreaterThan(0);
    some(({ hiddenTypes }) => hiddenTypes.size > 0);
    some(({ schema, typeName }) => Object.keys(schema.getTypeMap()).some((type) => typeName(type) === null));
  }
});

test.each(generated)(
  'what the view has goes by one name there and one in the graph ($name $seed)',
  ({ name, view }) => {
    const ofView = elementsOf(view.schema).map(({ coordinate }) => coordinate);
    for (const coordinate of ofView) {
      expect(view.viewCoordinate(view.graphCoordinate(coordinate) ?? 'nothing'), coordinate).toBe(coordinate);
    }
    const shown = elementsOf(graphs[name]).flatMap(({ coordinate }) => view.viewCoordinate(coordinate) ?? []);
    expect(shown.sort()).toEqual(ofView.sort());
  },
);

test.each(generated)("the graph's result is the view's ($name $seed)", (each) => {
  const { name, view } = each;
  const graph = graphOf(each);
  const seen = makeUp(view.schema, inViewNames(view, graphs[name]));
  for (const operation of operationsOf(each)) {
    const document = view.mapDocument(operation.document);
    expect(validate(graph, document), operation.text).toEqual([]);
    const onGraph = withViewTypes(execute({ schema: graph, document, variableValues: operation.variables }), view);
    const onView = execute({ schema: seen, document: operation.document, variableValues: operation.variables });
    expect(JSON.stringify(onGraph), operation.text).toBe(JSON.stringify(onView));
  }
});

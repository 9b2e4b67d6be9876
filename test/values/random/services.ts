// Services of a random graph: each an HTTP server of its own, that executes its own schema and reports what it should
// not have been sent.
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { buildASTSchema } from 'graphql';
import { parseSdl } from '../../../gateway/compose/sdl.ts';
import { hash, Random } from '../../differential/random.ts';
import { readJson, sortedText } from '../../harness/json-numbers.ts';
import { listen } from '../../harness/listen.ts';
import { hasKeyObjects, isComputed } from './computed.ts';
import { executeRequest, faultIn, preserveNumbers, type Request, type Resolve } from './execution.ts';
import { type Fixtures, numericMark, type Thing } from './fixtures.ts';
import { type EntityModel, type GraphModel, type LookupModel, partOf } from './model.ts';
import { sdlOf } from './sdl.ts';

export interface Service {
  name: string;
  sdl: string;
  url: string;
  stop(): Promise<void>;
}

/** @param report takes what is wrong with a request, in words */
export async function startService(
  name: string,
  fixtures: Fixtures,
  report: (fault: string) => void,
): Promise<Service> {
  const sdl = sdlOf(fixtures.graph, name);
  const schema = preserveNumbers(buildASTSchema(parseSdl(sdl, name)));
  const resolve = resolverOf(name, fixtures, report);
  const server = createServer(async (message, response) => {
    const body = await text(message);
    const { query, variables = {} } = readJson(body) as Request;
    const fault = faultIn(schema, { query, variables });
    if (fault) report(`${name}: ${fault}\n  ${body}`);
    const result = fault
      ? { errors: [{ message: fault }] }
      : await executeRequest(schema, { query, variables }, resolve);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(written(result));
  });
  const { origin, stop } = await listen(server);
  return { name, sdl, url: `${origin}/graphql`, stop };
}

/** JSON text, in which marked IDs are numbers. */
function written(result: object): string {
  return JSON.stringify(result, (_key, value: unknown) =>
    typeof value === 'string' && value.startsWith(numericMark) ? JSON.rawJSON(value.slice(numericMark.length)) : value,
  );
}

function resolverOf(service: string, fixtures: Fixtures, report: (fault: string) => void): Resolve {
  const lookups = lookupsOf(fixtures.graph, service);
  return (parent, field, args) => {
    const candidates = parent.type === 'Query' ? lookups.get(field) : undefined;
    if (!candidates) {
      if (isComputed(fixtures.graph, parent.type, field) && !parent.inputs) {
        report(`${service}: ${parent.type}.${field} was selected of an object without its inputs`);
      }
      return fixtures.value(parent, field, args, true);
    }
    const [{ isList, inOrder, nullRows }] = candidates;
    const find = (key: unknown): Thing | null => {
      const { entity, keys, takesObjects } =
        candidates.find(({ entity }) => entity.name === Object(key).__typename) ?? candidates[0];
      const texts = takesObjects ? keys.map(({ name }) => String(Object(key)[name])) : [String(key)];
      const number = fixtures.find(entity, keys, texts);
      if (number === undefined) report(`${service}: no object has the key ${sortedText(key)} that ${field} was given`);
      const isThere = number !== undefined && fixtures.has(entity, service, number);
      const inputs = takesObjects && { inputs: key as Record<string, unknown> };
      return isThere ? { type: entity.name, number, ...inputs } : null;
    };
    if (!isList) return find(args.key);
    const requested = args.keys as unknown[];
    const texts = requested.map(sortedText);
    if (new Set(texts).size < texts.length) report(`${service}: ${field} was given a key twice: ${texts.join()}`);
    if (texts.length === 0) report(`${service}: ${field} was given no keys`);
    const rows = requested.map(find).filter((row) => nullRows || row !== null);
    return inOrder ? rows : shuffled(rows, new Random(hash(texts.join())));
  };
}

type ServedLookup = LookupModel & { entity: EntityModel; keys: EntityModel['key']; takesObjects: boolean };

/** By field: the lookup of each type that it returns. */
function lookupsOf(graph: GraphModel, service: string): Map<string, [ServedLookup, ...ServedLookup[]]> {
  const lookups = new Map<string, [ServedLookup, ...ServedLookup[]]>();
  for (const entity of graph.entities) {
    const lookup = partOf(entity, service)?.lookup;
    if (!lookup) continue;
    const keys = lookup.by === 'code' && entity.code ? [entity.code] : entity.key;
    const takesObjects = lookup.by === 'key' && hasKeyObjects(entity, service);
    const served = { ...lookup, entity, keys, takesObjects };
    const others = lookups.get(lookup.field);
    if (others) others.push(served);
    else lookups.set(lookup.field, [served]);
  }
  return lookups;
}

function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  const order = items.map((item) => ({ item, at: random.next() }));
  return order.toSorted((one, other) => one.at - other.at).map(({ item }) => item);
}

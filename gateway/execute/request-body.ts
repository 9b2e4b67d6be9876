// Upstream documents and the JSON text of their requests. Everything that depends on the plan alone is escaped once;
// values are written per request.
import { type DocumentNode, parse } from 'graphql';
import { ownValue } from '../json/json-values.ts';
import { parseJson } from '../json/parse-json.ts';
import type { EntityFetch, Fetch, FetchParts, FetchVariable, Repeat } from '../query-plan/plan.ts';
import { writeTemplate } from '../query-plan/value-template.ts';

/** Values of the client's variables, as the client sent them. */
export type ClientVariables = Readonly<Record<string, unknown>>;

/** Upstream variables that hold keys. */
export type KeyArguments = readonly { variable: string; value: unknown }[];

/** A document that is sent upstream, with the variables that it declares. */
export class UpstreamDocument {
  readonly text: string;
  readonly #variables: Fetch['variables'];
  readonly #start: string;
  readonly #hasVariables: boolean;
  #parsed: DocumentNode | undefined;

  /** @param hasKeys whether it declares variables that hold keys. */
  constructor(text: string, variables: Fetch['variables'], hasKeys: boolean) {
    this.text = text;
    this.#variables = variables;
    this.#hasVariables = hasKeys || variables.length > 0;
    this.#start = `{"query":${JSON.stringify(text)}${this.#hasVariables ? ',"variables":{' : '}'}`;
  }

  /** The request's JSON text. A variable without a value is left out: its default is in the document. */
  body(variables: ClientVariables, keys: KeyArguments): string {
    if (!this.#hasVariables) return this.#start;
    let text = '';
    for (const variable of this.#variables) {
      const value = writeVariable(variable, variables);
      if (value !== undefined) text += `${text === '' ? '' : ','}"${variable.name}":${value}`;
    }
    for (const { variable, value } of keys) {
      if (value !== undefined) text += `${text === '' ? '' : ','}"${variable}":${JSON.stringify(value)}`;
    }
    return `${this.#start}${text}}}`;
  }

  /** The variables as an object, for local targets. */
  values(variables: ClientVariables, keys: KeyArguments): Record<string, unknown> {
    const values: Record<string, unknown> = {};
    for (const variable of this.#variables) {
      const value = readVariable(variable, variables);
      if (value !== undefined) values[variable.name] = value;
    }
    for (const { variable, value } of keys) values[variable] = value;
    return values;
  }

  /** Parsed once, for local targets. */
  get parsed(): DocumentNode {
    this.#parsed ??= parse(this.text, { noLocation: true });
    return this.#parsed;
  }
}

function writeVariable(variable: FetchVariable, variables: ClientVariables): string | undefined {
  return 'from' in variable
    ? JSON.stringify(ownValue(variables, variable.from))
    : writeTemplate(variable.template, variables);
}

function readVariable(variable: FetchVariable, variables: ClientVariables): unknown {
  if ('from' in variable) return ownValue(variables, variable.from);
  const text = writeTemplate(variable.template, variables);
  return text === undefined ? undefined : parseJson(text);
}

/** Maximum number of cached partial documents of one fetch; others are built for each request. */
const MAX_DOCUMENTS = 64;

/** An entity fetch of a fetch by its index; or what it stands for where its fields take values of enclosing objects. */
export interface PartNumber {
  index: number;
  context: { number: string } | null;
}

/** The documents of one fetch: a request sends the one for the entity fetches that it has keys for. */
export class FetchDocuments {
  readonly whole: UpstreamDocument;
  readonly #fetch: Fetch;
  readonly #others = new Map<string, UpstreamDocument>();

  constructor(fetch: Fetch) {
    this.#fetch = fetch;
    this.whole = new UpstreamDocument(fetch.document, fetch.variables, fetch.entityFetches.length > 0);
  }

  /** @param entityFetches indices of those of the fetch's entity fetches that have keys. */
  of(entityFetches: readonly number[]): UpstreamDocument {
    const { parts } = this.#fetch;
    if (!parts || entityFetches.length === parts.entityFetches.length) return this.whole;
    const requested = () => entityFetches.map((index) => ({ index, context: null }));
    return this.#cached(entityFetches.join(), () => partialDocument(this.#fetch, parts, requested()));
  }

  /** As `of`, with entity fetches that stand once for each value of enclosing objects. */
  ofParts(requested: readonly PartNumber[]): UpstreamDocument {
    const { parts } = this.#fetch;
    if (!parts) return this.whole;
    const name = requested.map(({ index, context }) => context?.number ?? index).join();
    return this.#cached(name, () => partialDocument(this.#fetch, parts, requested));
  }

  /** One field for each key. */
  repeated(repeat: Repeat, count: number): UpstreamDocument {
    return this.#cached(
      String(count),
      () => new UpstreamDocument(repeatedText(this.#fetch, repeat, count), this.#fetch.variables, true),
    );
  }

  #cached(name: string, make: () => UpstreamDocument): UpstreamDocument {
    let document = this.#others.get(name);
    if (!document) {
      document = make();
      if (this.#others.size < MAX_DOCUMENTS) this.#others.set(name, document);
    }
    return document;
  }
}

/** Maximum number of fields in one request to a lookup field that takes one key. */
export const MAX_REPEATS = 50;

function repeatedText({ document: start, directives }: Fetch, repeat: Repeat, count: number): string {
  const numbers = Array.from({ length: count }, (_, index) => String(index));
  const definitions = [repeat.header, ...numbers.map((number) => repeat.definitions.join(number))];
  const header = definitions.filter((text) => text !== '').join(', ');
  const fields = numbers.map((number) => repeat.field.join(number)).join(' ');
  return `${start}${header === '' ? '' : `(${header})`}${directives} { ${fields} }`;
}

function partialDocument(
  fetch: Fetch,
  { start, entityFetches }: FetchParts,
  requested: readonly PartNumber[],
): UpstreamDocument {
  const parts = requested.map(({ index, context }) => {
    const { variables, keys, field, repeat } = entityFetches[index] as FetchParts['entityFetches'][number];
    if (!repeat || !context) return { variables, keys, field };
    return { variables, keys: [repeat.definitions.join(context.number)], field: repeat.field.join(context.number) };
  });
  const client = new Map(parts.flatMap(({ variables }) => variables.map(({ name, definition }) => [name, definition])));
  const definitions = [...client.values(), ...parts.flatMap(({ keys }) => keys)];
  const header = definitions.length === 0 ? '' : `(${definitions.join(', ')})`;
  const text = `${start}${header}${fetch.directives} { ${parts.map(({ field }) => field).join(' ')} }`;
  return new UpstreamDocument(
    text,
    fetch.variables.filter(({ name }) => client.has(name)),
    true,
  );
}

export function repeatedVariable(variable: string, index: number): string {
  return `${variable}_${index}`;
}

/** Upstream variables for one lookup field that takes all keys. */
export function listArguments(
  declared: EntityFetch['arguments'],
  args: Record<string, unknown>,
): { variable: string; value: unknown }[] {
  return declared.map(({ name, variable }) => ({ variable, value: ownValue(args, name) }));
}

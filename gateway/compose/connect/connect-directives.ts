// `@source` and `@connect` as the SDL has them: their arguments with the nodes of their texts, checked for names and
// kinds.
import { type ConstDirectiveNode, type ConstValueNode, Kind, type StringValueNode } from 'graphql';
import { nearOrKnown } from '../../did-you-mean.ts';
import type { HttpMethod } from '../../transport/connection.ts';
import type { Problems } from './problems.ts';

export interface DeclaredHeader {
  name: StringValueNode;
  value: StringValueNode | null;
  from: StringValueNode | null;
}

/** What `@source` and `@connect` have in common. */
export interface DeclaredHttp {
  headers: readonly DeclaredHeader[];
  path: StringValueNode | null;
  queryParams: StringValueNode | null;
}

export interface DeclaredErrors {
  message: StringValueNode | null;
  extensions: StringValueNode | null;
  isSuccess: StringValueNode | null;
}

export interface DeclaredSource extends DeclaredHttp, DeclaredErrors {
  node: ConstDirectiveNode;
  name: string;
  baseURL: StringValueNode;
}

export interface DeclaredConnector extends DeclaredHttp, DeclaredErrors {
  node: ConstDirectiveNode;
  /** Name of its source; null without one. */
  source: StringValueNode | null;
  method: HttpMethod;
  url: StringValueNode;
  body: StringValueNode | null;
  selection: StringValueNode;
  isEntity: boolean;
  maxSize: number | null;
}

const methods: readonly HttpMethod[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Arguments of a directive, or fields of an object, by name. */
class Arguments {
  readonly #values = new Map<string, ConstValueNode>();
  readonly #problems: Problems;
  readonly #what: string;

  constructor(
    what: string,
    nodes: readonly { name: { value: string }; value: ConstValueNode }[],
    known: readonly string[],
    problems: Problems,
  ) {
    this.#problems = problems;
    this.#what = what;
    for (const { name, value } of nodes) {
      if (known.includes(name.value)) this.#values.set(name.value, value);
      else problems.at(value, `${what} has no "${name.value}"${nearOrKnown(name.value, known)}`);
    }
  }

  string(name: string): StringValueNode | null {
    const value = this.#values.get(name);
    if (!value || value.kind === Kind.NULL) return null;
    if (value.kind === Kind.STRING) return value;
    this.#problems.at(value, `${name} of ${this.#what} is a string`);
    return null;
  }

  boolean(name: string): boolean {
    const value = this.#values.get(name);
    if (!value || value.kind === Kind.NULL) return false;
    if (value.kind !== Kind.BOOLEAN) this.#problems.at(value, `${name} of ${this.#what} is true or false`);
    return value.kind === Kind.BOOLEAN && value.value;
  }

  count(name: string): number | null {
    const value = this.#values.get(name);
    if (!value || value.kind === Kind.NULL) return null;
    if (value.kind === Kind.INT && Number(value.value) > 0) return Number(value.value);
    this.#problems.at(value, `${name} of ${this.#what} is a whole number above 0`);
    return null;
  }

  object(name: string, known: readonly string[]): Arguments {
    return this.#objectOf(this.#values.get(name), `${name} of ${this.#what}`, known);
  }

  list(name: string, known: readonly string[]): Arguments[] {
    const value = this.#values.get(name);
    if (!value || value.kind === Kind.NULL) return [];
    const items = value.kind === Kind.LIST ? value.values : [value];
    return items.map((item) => this.#objectOf(item, `${name} of ${this.#what}`, known));
  }

  #objectOf(value: ConstValueNode | undefined, what: string, known: readonly string[]): Arguments {
    if (value && value.kind !== Kind.OBJECT && value.kind !== Kind.NULL)
      this.#problems.at(value, `${what} is an object`);
    return new Arguments(what, value?.kind === Kind.OBJECT ? value.fields : [], known, this.#problems);
  }
}

const httpNames = ['headers', 'path', 'queryParams'];

function readHttp(http: Arguments, node: ConstDirectiveNode, problems: Problems): DeclaredHttp {
  const headers = http.list('headers', ['name', 'value', 'from']).flatMap((header): DeclaredHeader[] => {
    const [name, value, from] = [header.string('name'), header.string('value'), header.string('from')];
    if (name && (value === null) !== (from === null)) return [{ name, value, from }];
    problems.at(name ?? node, 'a header has a name, and one of value and from');
    return [];
  });
  return { headers, path: http.string('path'), queryParams: http.string('queryParams') };
}

function readErrors(args: Arguments): DeclaredErrors {
  const errors = args.object('errors', ['message', 'extensions']);
  return {
    message: errors.string('message'),
    extensions: errors.string('extensions'),
    isSuccess: args.string('isSuccess'),
  };
}

/** Null where a required part is missing, which is a problem. */
export function readSourceDirective(node: ConstDirectiveNode, problems: Problems): DeclaredSource | null {
  const args = new Arguments('@source', node.arguments ?? [], ['name', 'http', 'errors', 'isSuccess'], problems);
  const http = args.object('http', ['baseURL', ...httpNames]);
  const name = args.string('name');
  const baseURL = http.string('baseURL');
  if (!name || !baseURL) {
    problems.at(node, '@source needs a name and http: { baseURL: "https://…" }');
    return null;
  }
  return { node, name: name.value, baseURL, ...readHttp(http, node, problems), ...readErrors(args) };
}

const connectNames = ['source', 'id', 'http', 'batch', 'errors', 'isSuccess', 'selection', 'entity'];

/** Null where a required part is missing, which is a problem. */
export function readConnectDirective(node: ConstDirectiveNode, problems: Problems): DeclaredConnector | null {
  const args = new Arguments('@connect', node.arguments ?? [], connectNames, problems);
  const http = args.object('http', [...methods, 'body', ...httpNames]);
  const urls = methods.flatMap((method) => {
    const url = http.string(method);
    return url ? [{ method, url }] : [];
  });
  const [only] = urls;
  const selection = args.string('selection');
  if (!only || urls.length > 1)
    problems.at(node, `http of @connect has one of ${methods.join(', ')}, such as { GET: "/users" }`);
  if (!selection) problems.at(node, '@connect needs a selection, such as "id name", or "$" for the whole value');
  if (!only || urls.length > 1 || !selection) return null;
  return {
    ...{ node, ...only, selection },
    source: args.string('source'),
    body: http.string('body'),
    isEntity: args.boolean('entity'),
    maxSize: args.object('batch', ['maxSize']).count('maxSize'),
    ...readHttp(http, node, problems),
    ...readErrors(args),
  };
}

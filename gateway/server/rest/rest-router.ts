// Router of the REST façade: the routes of one client by method and path, each part of a URL decoded by itself, so that an
// encoded slash is a character of a value. Texts take precedence over variables; other ambiguities were rejected when the
// documents were read.
import { headerText } from '../../json/utf8.ts';
import type { RestDeclaration, RestMethod } from '../../persisted-documents/rest-declaration.ts';

/** In parts of a path; declared ones have fewer. */
const MAX_PARTS = 33;

interface Node<Route> {
  texts: Map<string, Node<Route>>;
  variable: Node<Route> | null;
  /** Null where no path ends here. */
  routes: Map<RestMethod, Route> | null;
}

export interface RouteMatch<Route> {
  routes: ReadonlyMap<RestMethod, Route>;
  /** The decoded parts of the path. */
  parts: readonly string[];
}

export class RestRouter<Route extends { declaration: Pick<RestDeclaration, 'method' | 'segments'> }> {
  readonly #root: Node<Route> = newNode();

  constructor(routes: readonly Route[]) {
    for (const route of routes) {
      const { method, segments } = route.declaration;
      let node = this.#root;
      for (const { text } of segments) node = text === undefined ? variableOf(node) : textOf(node, text);
      node.routes ??= new Map();
      node.routes.set(method, route);
    }
  }

  /**
   * @param path below that of the client, without the query.
   * @returns null where no route has this path; `malformed` for one that cannot be decoded.
   */
  match(path: string): RouteMatch<Route> | 'malformed' | null {
    if (!path.startsWith('/')) return null;
    const encoded = path.slice(1).split('/', MAX_PARTS + 1);
    if (encoded.length > MAX_PARTS) return null;
    const parts: string[] = [];
    for (const part of encoded) {
      const decoded = decodePart(part);
      if (decoded === null) return 'malformed';
      parts.push(decoded);
    }
    const routes = find(this.#root, parts, 0);
    return routes && { routes, parts };
  }
}

/** Each node is visited once at most: there is one way to it. */
function find<Route>(node: Node<Route>, parts: readonly string[], at: number): Map<RestMethod, Route> | null {
  if (at === parts.length) return node.routes;
  const part = parts[at] as string;
  const text = node.texts.get(part);
  const found = text ? find(text, parts, at + 1) : null;
  if (found || !node.variable || part === '') return found;
  return find(node.variable, parts, at + 1);
}

/** Null for text that is no UTF-8, or has a percent sign that encodes nothing. */
function decodePart(part: string): string | null {
  if (!/[%\u0080-\uffff]/.test(part)) return part;
  try {
    return decodeURIComponent(headerText(part));
  } catch {
    return null;
  }
}

function textOf<Route>({ texts }: Node<Route>, text: string): Node<Route> {
  const known = texts.get(text) ?? newNode<Route>();
  texts.set(text, known);
  return known;
}

function variableOf<Route>(node: Node<Route>): Node<Route> {
  node.variable ??= newNode();
  return node.variable;
}

function newNode<Route>(): Node<Route> {
  return { texts: new Map(), variable: null, routes: null };
}

// Operations of a document: their methods and paths, their ids, their parameters with those of the path, and which of them are chosen.
import { nearOrKnown } from '../../did-you-mean.ts';
import { wrongUsage } from '../wrong-usage.ts';
import { operationName } from './graphql-names.ts';
import { type Element, Inexpressible, type OpenApiDocument } from './openapi-document.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface ApiOperation {
  /** Its `operationId`, or a name of method and path. */
  id: string;
  method: Method;
  path: string;
  tags: readonly string[];
  element: Element;
  /** Its path item. */
  parent: Element;
}

export interface Choice {
  all?: boolean;
  operation: readonly string[];
  tag: readonly string[];
}

const methods = ['get', 'post', 'put', 'patch', 'delete'];

export function operationsOf(document: OpenApiDocument): ApiOperation[] {
  return (document.root.get('paths')?.entries() ?? []).flatMap(([path, item]) => {
    const parent = document.follow(item);
    return parent.entries().flatMap(([key, element]): ApiOperation[] => {
      if (!methods.includes(key)) return [];
      const method = key.toUpperCase() as Method;
      const id = element.text('operationId') ?? operationName(method, path);
      const tags = (element.get('tags')?.items() ?? []).map(({ value }) => String(value));
      return [{ id, method, path, tags, element, parent }];
    });
  });
}

/** @throws CommanderError (exit code 2) without a choice, and for names that the document does not have. */
export function chosenOf(operations: readonly ApiOperation[], { all = false, operation, tag }: Choice): ApiOperation[] {
  if (!all && operation.length === 0 && tag.length === 0) {
    throw wrongUsage(
      `Choose operations with --operation or --tag, or all of them with --all. There are:\n${listOf(operations)}`,
    );
  }
  const ids = new Set(operations.map(({ id }) => id));
  const tags = new Set(operations.flatMap((one) => one.tags));
  const unknown = operation.find((id) => !ids.has(id));
  if (unknown !== undefined) throw wrongUsage(`There is no operation "${unknown}"${nearOrKnown(unknown, ids)}`);
  const unknownTag = tag.find((name) => !tags.has(name));
  if (unknownTag !== undefined) throw wrongUsage(`There is no tag "${unknownTag}"${nearOrKnown(unknownTag, tags)}`);
  return operations.filter((one) => all || operation.includes(one.id) || one.tags.some((name) => tag.includes(name)));
}

function listOf(operations: readonly ApiOperation[]): string {
  const width = Math.max(0, ...operations.map(({ id }) => id.length));
  return operations.map(({ id, method, path }) => `  ${id.padEnd(width)}  ${method} ${path}`).join('\n');
}

/** Parameters of an operation, and those of its path that it does not redefine. @throws Inexpressible */
export function parametersOf({ element, parent }: ApiOperation): Element[] {
  const { document } = element;
  const found = new Map<string, Element>();
  for (const holder of [parent, element]) {
    for (const item of holder.get('parameters')?.items() ?? []) {
      const parameter = document.follow(item);
      const name = parameter.text('name');
      const place = parameter.text('in');
      if (name === undefined || place === undefined)
        throw new Inexpressible(item, 'a parameter has no name, or no "in"');
      found.set(`${place} ${name}`, parameter);
    }
  }
  return [...found.values()];
}

/** Base URL: that of `--url`, or of the document's first server, with the defaults of its variables; null where it has none. */
export function baseUrlOf(document: OpenApiDocument): string | null {
  const [server] = document.root.get('servers')?.items() ?? [];
  const url = server?.text('url')?.replaceAll(/\{([^}]*)\}/g, (whole, name: string) => {
    return server.get('variables')?.get(name)?.text('default') ?? whole;
  });
  return url !== undefined && URL.canParse(url) && /^https?:/.test(url) ? url.replace(/\/+$/, '') : null;
}

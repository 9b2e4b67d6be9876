// `@rest` of a trusted document: the method and the path by which the REST façade serves it, checked against the
// operation's variables.
import { Kind, type OperationDefinitionNode, OperationTypeNode } from 'graphql';
import { didYouMean } from '../did-you-mean.ts';
import type { SourceLocation } from './documents-error.ts';

export const restMethods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

export type RestMethod = (typeof restMethods)[number];

/** A part of a path between two slashes: a text, or a variable whose value stands there. */
export type PathSegment = { text: string; variable?: undefined } | { text?: undefined; variable: string };

export interface RestDeclaration {
  method: RestMethod;
  /** As it is written: `/products/{id}`. */
  path: string;
  segments: readonly PathSegment[];
  /** The variable that the whole body stands for; null where its members are the variables. */
  body: string | null;
  /** Whether the response is the value of the only root field. */
  isUnwrapped: boolean;
  place: SourceLocation;
}

/** In segments. */
const MAX_SEGMENTS = 32;

/** Characters that stand in a URL's path as they are (RFC 3986, section 3.3). */
const literal = /^[A-Za-z0-9._~!$'()*+,;=:@-]+$/;
const template = /^\{([_A-Za-z]\w*)\}$/;

/**
 * @param values of the directive's arguments.
 * @param problems gets a sentence for each.
 */
export function readRest(
  values: Readonly<Record<string, unknown>>,
  operation: OperationDefinitionNode,
  claims: readonly { variable: string }[],
  place: SourceLocation,
  problems: string[],
): RestDeclaration | null {
  const given = restMethods.filter((method) => typeof values[method.toLowerCase()] === 'string');
  const [method] = given;
  if (method === undefined || given.length > 1) {
    problems.push('@rest has one method with its path, such as get: "/products/{id}"');
    return null;
  }
  const path = String(values[method.toLowerCase()]);
  const segments = readPath(path, problems);
  if (!segments) return null;
  const declaration = {
    ...{ method, path, segments, place },
    body: typeof values.body === 'string' ? values.body : null,
    isUnwrapped: values.unwrap === true,
  };
  problems.push(...operationProblems(declaration, operation, new Set(claims.map(({ variable }) => variable))));
  return declaration;
}

function readPath(path: string, problems: string[]): PathSegment[] | null {
  const [first, ...parts] = path.split('/');
  const wrong = (reason: string) => {
    problems.push(`the path ${JSON.stringify(path)} of @rest ${reason}`);
    return null;
  };
  if (first !== '' || parts.length === 0) return wrong('does not begin with "/"');
  if (path === '/' || path === '/openapi.json')
    return wrong("is that of the façade's own description: give another one");
  if (parts.length > MAX_SEGMENTS) return wrong(`has more than ${MAX_SEGMENTS} parts`);
  const segments: PathSegment[] = [];
  for (const part of parts) {
    const variable = template.exec(part)?.[1];
    if (variable !== undefined) {
      if (segments.some((segment) => segment.variable === variable)) return wrong(`has {${variable}} twice`);
      segments.push({ variable });
    } else if (part === '') return wrong('has an empty part: write one "/" between two parts, and none at the end');
    else if (part === '.' || part === '..') return wrong(`has the part "${part}", which clients take out of a URL`);
    else if (literal.test(part)) segments.push({ text: part });
    else return wrong(`has the part ${JSON.stringify(part)}: write plain characters, or one variable such as {id}`);
  }
  return segments;
}

function operationProblems(
  { method, segments, body, isUnwrapped }: RestDeclaration,
  { operation, variableDefinitions = [], selectionSet }: OperationDefinitionNode,
  claimed: ReadonlySet<string>,
): string[] {
  const problems: string[] = [];
  const types = new Map(variableDefinitions.map(({ variable, type }) => [variable.name.value, type]));
  const missing = (name: string) => `the operation has no variable $${name}${didYouMean(name, types.keys()) || ''}`;
  if (operation === OperationTypeNode.SUBSCRIPTION) problems.push('@rest is for queries and mutations');
  if (method === 'GET' && operation === OperationTypeNode.MUTATION) {
    problems.push('a mutation cannot be served by GET: use post, put, patch or delete');
  }
  for (const { variable } of segments) {
    if (variable === undefined) continue;
    const type = types.get(variable);
    if (!type) problems.push(`{${variable}} stands in the path of @rest, but ${missing(variable)}`);
    else if (claimed.has(variable)) problems.push(`$${variable} is filled by @claim: remove it from the path of @rest`);
    else if ((type.kind === Kind.NON_NULL_TYPE ? type.type : type).kind === Kind.LIST_TYPE) {
      problems.push(`$${variable} is a list, which cannot stand in the path of @rest`);
    }
  }
  if (body !== null) {
    if (method === 'GET' || method === 'DELETE') problems.push(`a ${method} has no body: remove "body" from @rest`);
    if (!types.has(body)) problems.push(`"body" of @rest names $${body}, but ${missing(body)}`);
    else if (claimed.has(body)) problems.push(`$${body} is filled by @claim: remove "body" from @rest`);
    else if (segments.some(({ variable }) => variable === body))
      problems.push(`$${body} is both in the path and the body`);
  }
  const [only, ...others] = selectionSet.selections;
  if (isUnwrapped && (only?.kind !== Kind.FIELD || others.length > 0 || only.directives?.length)) {
    problems.push('"unwrap" of @rest requires exactly one root field, without fragments and directives');
  }
  return problems;
}

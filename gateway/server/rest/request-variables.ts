// Variables of a request to the REST façade: from the path, the query string and the JSON body. What is missing, wrong,
// repeated or unknown is an error that names the parameter.
import type { GraphQLError } from 'graphql';
import { didYouMean } from '../../did-you-mean.ts';
import { requestError } from '../../errors.ts';
import { JsonTooDeep, parseClientJson } from '../../json/parse-json.ts';
import { decodeUtf8, readParameters } from '../../json/utf8.ts';
import type { RestBody, RestRoute, UrlParameter } from './rest-route.ts';
import { WrongText } from './text-values.ts';

type Variables = Record<string, unknown>;

/** Characters of a wrong value that its error shows. */
const MAX_SHOWN = 40;

/**
 * @param parts of the path, decoded.
 * @param query of the URL, without "?".
 * @param body null where none was read.
 * @param suggests whether errors name what there is in place of what is unknown.
 */
export function requestVariables(
  { path, query: parameters, body: declaredBody }: RestRoute,
  parts: readonly string[],
  query: string,
  body: Buffer | null,
  suggests: boolean,
): Variables | GraphQLError {
  // Names come from documents, and may be those of every object.
  const variables: Variables = Object.create(null);
  for (const parameter of path) {
    const value = parameter.read(parts[parameter.part] as string);
    if (value instanceof WrongText) return wrong(parameter, parts[parameter.part] as string, value);
    variables[parameter.name] = value;
  }
  const inQuery = query === '' ? null : readQuery(query, parameters, variables, suggests);
  if (inQuery) return inQuery;
  for (const parameter of parameters.values()) {
    if (parameter.isRequired && !(parameter.name in variables)) return missing(parameter);
  }
  return readBody(declaredBody, body, variables, suggests) ?? variables;
}

function readQuery(
  query: string,
  parameters: RestRoute['query'],
  variables: Variables,
  suggests: boolean,
): GraphQLError | null {
  const given = readParameters(query);
  if (!given) return requestError('BAD_REQUEST', { message: 'The query string is not UTF-8.' });
  for (const [name, text] of given) {
    const parameter = parameters.get(name);
    if (!parameter) {
      const suggestion = suggests ? didYouMean(name, parameters.keys()) : '';
      const message = `There is no query parameter ${shown(name)} here${suggestion || '.'}`;
      return badInput(message, { in: 'query', name });
    }
    const value = parameter.read(text);
    if (value instanceof WrongText) return wrong(parameter, text, value);
    const known = variables[name];
    if (!parameter.isRepeated) {
      if (name in variables) return badInput(`The query parameter "${name}" is given twice: give it once.`, parameter);
      variables[name] = value;
    } else if (Array.isArray(known)) known.push(value);
    else variables[name] = [value];
  }
  return null;
}

/** Adds the variables of the body. */
function readBody(
  declared: RestBody | null,
  body: Buffer | null,
  variables: Variables,
  suggests: boolean,
): GraphQLError | null {
  if (body === null || body.length === 0) return declared && missingMember(declared, variables);
  if (!declared) return requestError('BAD_REQUEST', { message: 'This path takes no body: send none.' });
  const text = decodeUtf8(body);
  const value = text === null ? undefined : parse(text);
  if (value === undefined) return requestError('BAD_REQUEST', { message: 'The body is not JSON in UTF-8.' });
  if (value instanceof JsonTooDeep) return requestError('BAD_REQUEST', { message: `The body: ${value.message}.` });
  if (declared.variable !== null) {
    variables[declared.variable] = value;
    return null;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const names = [...declared.members.keys()].map((name) => `"${name}"`).join(', ');
    return badInput(`The body is no object. Its members are the variables: ${names}.`, { in: 'body' });
  }
  for (const [name, member] of Object.entries(value)) {
    if (!declared.members.has(name)) {
      const suggestion = suggests ? didYouMean(name, declared.members.keys()) : '';
      return badInput(`The body has no member ${shown(name)} here${suggestion || '.'}`, { in: 'body', name });
    }
    variables[name] = member;
  }
  return missingMember(declared, variables);
}

function parse(text: string): unknown {
  try {
    return parseClientJson(text);
  } catch (error) {
    return error instanceof JsonTooDeep ? error : undefined;
  }
}

function missingMember({ variable, members }: RestBody, variables: Variables): GraphQLError | null {
  for (const [name, isRequired] of members) {
    if (!isRequired || name in variables) continue;
    const message = variable === null ? `The body lacks the member "${name}".` : 'A body is required: send JSON.';
    return badInput(message, { in: 'body', name });
  }
  return null;
}

function missing(parameter: UrlParameter): GraphQLError {
  return badInput(`The query parameter "${parameter.name}" is required.`, parameter);
}

function wrong(parameter: UrlParameter, text: string, { expected }: WrongText): GraphQLError {
  const message = `The ${parameter.in} parameter "${parameter.name}" is ${shown(text)}: give ${expected}.`;
  return badInput(message, parameter);
}

function shown(text: string): string {
  return JSON.stringify(text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text);
}

function badInput(message: string, { in: where, name }: { in: string; name?: string }): GraphQLError {
  const parameter = { in: where, ...(name !== undefined && { name }) };
  return requestError('BAD_USER_INPUT', { message, details: { parameter } });
}

// The JSON text of upstream requests. What depends on the plan alone is escaped once; values are written per request.
import { type Fetch, keyNumber, type Lookup, type Repeat } from './plan.ts';

/** Values of the client's variables, as the client gave them. */
export type ClientVariables = Readonly<Record<string, unknown>>;

/** Upstream variables that hold keys. */
export type KeyArguments = readonly { variable: string; value: unknown }[];

export type BodyWriter = (variables: ClientVariables, keys: KeyArguments) => string;

export function compileBody(fetch: Fetch): BodyWriter {
  const start = `{"query":${JSON.stringify(fetch.document)}`;
  if (fetch.variables.length === 0 && fetch.lookups.length === 0) {
    const whole = `${start}}`;
    return () => whole;
  }
  return (variables, keys) => `${start},"variables":{${variableText(fetch, variables, keys)}}}`;
}

/** Bodies of a repeated look-up; its document depends on how many keys there are, up to `mostRepeats` at a time. */
export function compileRepeatedBody(fetch: Fetch, repeat: Repeat): (count: number) => BodyWriter {
  const starts = new Map<number, string>();
  return (count) => (variables, keys) => {
    let start = starts.get(count);
    if (start === undefined) {
      start = `{"query":${JSON.stringify(repeatedDocument(fetch, repeat, count))},"variables":{`;
      starts.set(count, start);
    }
    return `${start}${variableText(fetch, variables, keys)}}}`;
  };
}

/** Fields asked in one request at most, where a subgraph finds one object at a time. */
export const mostRepeats = 50;

export function repeatedDocument(fetch: Fetch, repeat: Repeat, count: number): string {
  const numbers = Array.from({ length: count }, (_, index) => String(index));
  const definitions = [
    repeat.header,
    ...numbers.map((number) => repeat.definitions.replaceAll(keyNumber, number)),
  ].filter((text) => text !== '');
  const fields = numbers.map((number) => repeat.field.replaceAll(keyNumber, number)).join(' ');
  return `${fetch.document}${definitions.length === 0 ? '' : `(${definitions.join(', ')})`} { ${fields} }`;
}

export function repeatedVariable(variable: string, index: number): string {
  return `${variable}_${index}`;
}

/** The values as an object, for who is asked in process. */
export function variableValues(fetch: Fetch, variables: ClientVariables, keys: KeyArguments): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const { name, from } of fetch.variables) {
    if (variables[from] !== undefined) values[name] = variables[from];
  }
  for (const { variable, value } of keys) values[variable] = value;
  return values;
}

/** A variable that the client did not give is left out: its default is in the upstream document. */
function variableText(fetch: Fetch, variables: ClientVariables, keys: KeyArguments): string {
  let text = '';
  for (const { name, from } of fetch.variables) {
    const value = variables[from];
    if (value !== undefined) text += `${text === '' ? '' : ','}"${name}":${JSON.stringify(value)}`;
  }
  for (const { variable, value } of keys) {
    if (value !== undefined) text += `${text === '' ? '' : ','}"${variable}":${JSON.stringify(value)}`;
  }
  return text;
}

/** Upstream variables for one call that finds the objects of all keys. */
export function listArguments(lookup: Lookup, args: Record<string, unknown>): { variable: string; value: unknown }[] {
  return lookup.arguments.map(({ name, variable }) => ({ variable, value: args[name] }));
}

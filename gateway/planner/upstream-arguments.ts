// Arguments of upstream fields, as they are printed.
import { type ArgumentNode, Kind, print, visit } from 'graphql';

/** A field's arguments as they are sent: printed once, however often the field is selected. */
export interface UpstreamArguments {
  /** Without parentheses; empty where there are none. */
  text: string;
  /** The names of the variables in them, as they are upstream. */
  variables: readonly string[];
  /** Arguments that come from enclosing objects: a request has their variables once for each value. */
  contexts?: readonly { name: string; variable: string }[];
}

export const noArguments: UpstreamArguments = { text: '', variables: [] };

/** @param args with variables under their names upstream. */
export function printArguments(args: readonly ArgumentNode[]): UpstreamArguments {
  if (args.length === 0) return noArguments;
  const variables = new Set<string>();
  for (const argument of args) visit(argument, { [Kind.VARIABLE]: ({ name }) => void variables.add(name.value) });
  return { text: args.map((argument) => print(argument)).join(', '), variables: [...variables] };
}

/** Steps for printing them. */
export function stepsOf({ text }: UpstreamArguments): number {
  return 1 + stepsForText(text.length);
}

/** Steps for printing a text of this length, besides one for what it stands in. */
export function stepsForText(length: number): number {
  return Math.floor(length / CHARACTERS_PER_STEP);
}

/** Characters of arguments that are printed in one step. */
const CHARACTERS_PER_STEP = 64;

/** Writes them with parentheses; a value of an enclosing object ends a part. */
export function writeArguments(parts: string[], { text, contexts = [] }: UpstreamArguments): void {
  if (contexts.length === 0) {
    if (text !== '') append(parts, `(${text})`);
    return;
  }
  append(parts, text === '' ? '(' : `(${text}`);
  for (const [index, { name, variable }] of contexts.entries()) {
    append(parts, `${index === 0 && text === '' ? '' : ', '}${name}: $${variable}_`);
    parts.push('');
  }
  append(parts, ')');
}

/** Writes text to the last part. */
export function append(parts: string[], text: string): void {
  parts[parts.length - 1] += text;
}

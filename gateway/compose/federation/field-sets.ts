// Field sets of Federation's directives (`@key(fields:)`): selections and arguments that do not fit the fields, which
// composition does not look at. The subgraphs would reject the operations that have them.
import { type DocumentNode, GraphQLError, type GraphQLSchema, Kind, parse, validate } from 'graphql';
import {
  KnownArgumentNamesRule,
  ProvidedRequiredArgumentsRule,
  ScalarLeafsRule,
  ValuesOfCorrectTypeRule,
} from 'graphql/validation/index.js';
import { appliedDirectives } from '../sdl-problems.ts';
import { buildFederatedSchema } from './federated-sdl.ts';

const rules = [KnownArgumentNamesRule, ProvidedRequiredArgumentsRule, ScalarLeafsRule, ValuesOfCorrectTypeRule];

/**
 * One message for each problem, with the coordinate of the directive.
 * @param document with Federation's directives under their own names, as composition takes it.
 */
export function fieldSetProblems(document: DocumentNode): string[] {
  let schema: GraphQLSchema | undefined;
  return appliedDirectives(document).flatMap(({ coordinate, directive }) => {
    const name = directive.name.value.replace(/^federation__/, '');
    if (name !== 'key' && name !== 'requires') return [];
    const fields = directive.arguments?.find((argument) => argument.name.value === 'fields')?.value;
    // Names alone are checked by composition.
    if (fields?.kind !== Kind.STRING || !/[({]/.test(fields.value)) return [];
    const [type] = coordinate.split('.');
    schema ??= buildFederatedSchema(document);
    const selection = parsed(`fragment fields on ${type} { ${fields.value} }`);
    const messages = selection ? validate(schema, selection, rules).map(({ message }) => message) : [];
    return messages.map((message) => `@${name}(fields: "${fields.value}") at ${coordinate}: ${message}`);
  });
}

/** Undefined for a text with a syntax error, which composition reports. */
function parsed(text: string): DocumentNode | undefined {
  try {
    return parse(text, { noLocation: true });
  } catch (error) {
    if (error instanceof GraphQLError) return undefined;
    throw error;
  }
}

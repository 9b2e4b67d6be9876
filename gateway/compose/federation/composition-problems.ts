// Problems of composing Federation subgraphs as messages: what is wrong, with the subgraph and its code, and what to
// do.
import type { DocumentNode, GraphQLError } from 'graphql';
import { validationProblem } from '../sdl-problems.ts';
import { federationVersions } from './federation-versions.ts';

/** What to do about a problem, by the code of the composition library, where its text has no remedy. */
const remedies: Readonly<Record<string, string>> = {
  INVALID_FIELD_SHARING: 'Mark it @shareable in each of them, or serve it from one',
  UNKNOWN_FEDERATION_LINK_VERSION: `Link one of ${federationVersions}`,
  INVALID_LINK_DIRECTIVE_USAGE: 'Correct its name, or link the version of the specification that has it',
  FIELD_TYPE_MISMATCH: 'Give it one type; only nullability may differ',
  FIELD_ARGUMENT_TYPE_MISMATCH: 'Give it one type',
  TYPE_KIND_MISMATCH: 'Make it one kind of type, or rename one of them',
  ENUM_VALUE_MISMATCH: 'Add the value to each of them, or mark it @inaccessible',
  EXTERNAL_MISSING_ON_BASE: 'Correct its name, or add the field to the subgraph that serves it',
  REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH: 'Make it optional, or add it to each of them',
  NO_QUERIES: 'Add a field to type Query of one of them',
};

/**
 * One message for each problem; none twice.
 * @param documents by subgraph.
 */
export function compositionProblems(
  errors: readonly GraphQLError[],
  documents: ReadonlyMap<string, DocumentNode>,
): string[] {
  const isDetailed = (name: string) =>
    errors.some(({ message }) => message.includes(`Unknown directive "@${name}". If you meant`));
  const reported = errors.filter(({ message }) => {
    const [, name] = /Unknown directive "@(\w+)"\.$/.exec(message) ?? [];
    return name === undefined || !isDetailed(name);
  });
  return [...new Set(reported.map((error) => problemOf(error, documents)))];
}

function problemOf({ message, extensions }: GraphQLError, documents: ReadonlyMap<string, DocumentNode>): string {
  const { code } = extensions;
  const [, subgraph, own = message] = /^\[([^\]]+)\] ([\s\S]*)$/.exec(message) ?? [];
  const document = subgraph === undefined ? undefined : documents.get(subgraph);
  const text = document ? `${subgraph}: ${validationProblem(own, document)}` : own;
  // Every other argument of Federation's directives is known to be right.
  if (/^Unknown argument "label" on directive "@override"/.test(own))
    return `${text} Link v2.7 of Federation, or a later version (${code})`;
  if (typeof code !== 'string') return text;
  const remedy = Object.hasOwn(remedies, code) ? `${text.replace(/\.$/, '')}. ${remedies[code]}` : text;
  return `${remedy} (${code})`;
}

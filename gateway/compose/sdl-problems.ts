// Problems of a source's SDL as messages: what is wrong, where it is in the source, and what to do.
import { type ASTNode, type DirectiveNode, type DocumentNode, type GraphQLError, Kind, visit } from 'graphql';
import { didYouMean } from '../did-you-mean.ts';
import { argumentCoordinate, memberCoordinate } from './schema-elements.ts';

/** A syntax error, with its place in `source`. */
export function syntaxProblem({ locations, message }: GraphQLError, source: string): string {
  const [at] = locations ?? [];
  return `${source}${at ? `:${at.line}:${at.column}` : ''}: ${message}`;
}

/**
 * A message of GraphQL.js about a document: with a coordinate and a remedy for names that the document does not define.
 */
export function validationProblem(message: string, document: DocumentNode): string {
  const [, type] = /^Unknown type:? "?(\w+)/.exec(message) ?? [];
  if (type !== undefined) {
    return withCoordinate(
      message,
      usedAt(document, (node) => node.kind === Kind.NAMED_TYPE && node.name.value === type),
    );
  }
  const [, directive] = /^Unknown directive "@(\w+)"/.exec(message) ?? [];
  if (directive === undefined) return argumentProblem(message, document);
  const coordinate = usedAt(document, (node) => node.kind === Kind.DIRECTIVE && node.name.value === directive);
  const at = coordinate === undefined ? '' : ` at ${coordinate}`;
  if (/\. If you/.test(message)) return message.replace(`"@${directive}"`, `"@${directive}"${at}`);
  return `Unknown directive "@${directive}"${at}${unknownDirectiveRemedy(directive, document)}`;
}

/** Messages about arguments of directives, with the coordinate of the first such use. */
function argumentProblem(message: string, document: DocumentNode): string {
  const [, unknown, of] = /^Unknown argument "(\w+)" on directive "@(\w+)"/.exec(message) ?? [];
  const [, directive = of, missing] = /^Directive "@(\w+)" argument "(\w+)" of type .* is required/.exec(message) ?? [];
  if (directive === undefined) return message;
  const isProblem = ({ arguments: given = [] }: DirectiveNode) =>
    missing === undefined
      ? given.some(({ name }) => name.value === unknown)
      : !given.some(({ name }) => name.value === missing);
  return withCoordinate(
    message,
    usedAt(document, (node) => node.kind === Kind.DIRECTIVE && node.name.value === directive && isProblem(node)),
  );
}

function withCoordinate(message: string, coordinate: string | undefined): string {
  // Before the full stop, and a suggestion after it.
  return coordinate === undefined
    ? message
    : message.replace(/\.?$|\. (?=Did you mean)/, (end) => ` at ${coordinate}${end}`);
}

/** Directives that only Federation defines. */
const federationDirectives: ReadonlySet<string> = new Set([
  ...['link', 'shareable', 'override', 'interfaceObject', 'composeDirective', 'external', 'requires', 'provides'],
  ...['extends', 'context', 'fromContext'],
]);

function unknownDirectiveRemedy(name: string, document: DocumentNode): string {
  if (federationDirectives.has(name)) {
    return `. It is Federation's: link it with ${linkExample(name === 'link' ? 'key' : name)}`;
  }
  const defined = document.definitions.flatMap((node) =>
    node.kind === Kind.DIRECTIVE_DEFINITION ? [node.name.value] : [],
  );
  return didYouMean(name, defined, (one) => `@${one}`) || '. Define it in the SDL, or remove it';
}

/** A link of Federation, as the message of a problem shows it. */
export function linkExample(directive: string): string {
  const imported = directive === 'key' ? '"@key"' : `"@key", "@${directive}"`;
  return `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${imported}])`;
}

/** Coordinate of the first node that is meant. */
function usedAt(document: DocumentNode, isMeant: (node: ASTNode) => boolean): string | undefined {
  let found: string | undefined;
  visitElements(document, (node, coordinate) => {
    if (found === undefined && isMeant(node)) found = coordinate;
  });
  return found;
}

/** Every directive that a document applies, with the coordinate of the element that has it; `schema` for the schema. */
export function appliedDirectives(document: DocumentNode): { coordinate: string; directive: DirectiveNode }[] {
  const applied: { coordinate: string; directive: DirectiveNode }[] = [];
  visitElements(document, (node, coordinate) => {
    if (node.kind === Kind.DIRECTIVE) applied.push({ coordinate, directive: node });
  });
  return applied;
}

/** @param enter is called with each node, and the coordinate of the element that contains it. */
function visitElements(document: DocumentNode, enter: (node: ASTNode, coordinate: string) => void): void {
  const names: string[] = [];
  const isNamed = (node: ASTNode): node is ASTNode & { name: { value: string } } =>
    /(Definition|Extension)$/.test(node.kind) && 'name' in node && node.name !== undefined;
  visit(document, {
    enter(node) {
      if (isNamed(node)) names.push(node.name.value);
      enter(node, coordinateOf(names));
    },
    leave(node) {
      if (isNamed(node)) names.pop();
    },
  });
}

function coordinateOf([type = 'schema', member, argument]: readonly string[]): string {
  if (member === undefined) return type;
  return argument === undefined ? memberCoordinate(type, member) : argumentCoordinate(type, member, argument);
}

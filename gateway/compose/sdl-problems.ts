// Problems of a source's SDL as messages: what is wrong, where it is in the source, and what to do.
import { type ASTNode, type DirectiveNode, type DocumentNode, type GraphQLError, Kind, visit } from 'graphql';
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
  const [, directive] = /^Unknown directive "@(\w+)"/.exec(message) ?? [];
  const [, type] = /^Unknown type:? "?(\w+)/.exec(message) ?? [];
  const name = directive ?? type;
  if (name === undefined) return message;
  const coordinate = usedAt(document, name, directive === undefined ? Kind.NAMED_TYPE : Kind.DIRECTIVE);
  const at = coordinate === undefined ? '' : ` at ${coordinate}`;
  if (directive === undefined) return `${message.replace(/\.$/, '')}${at}`;
  if (/\. If you/.test(message)) return message.replace(`"@${directive}"`, `"@${directive}"${at}`);
  return `Unknown directive "@${directive}"${at}. ${unknownDirectiveRemedy(directive)}`;
}

/** Directives that only Federation defines. */
const federationDirectives: ReadonlySet<string> = new Set([
  ...['link', 'shareable', 'override', 'interfaceObject', 'composeDirective', 'external', 'requires', 'provides'],
  ...['extends', 'context', 'fromContext'],
]);

function unknownDirectiveRemedy(name: string): string {
  return federationDirectives.has(name)
    ? `It is Federation's: link it with ${linkExample(name === 'link' ? 'key' : name)}`
    : 'Define it in the SDL, or remove it';
}

/** A link of Federation, as the message of a problem shows it. */
export function linkExample(directive: string): string {
  const imported = directive === 'key' ? '"@key"' : `"@key", "@${directive}"`;
  return `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${imported}])`;
}

/** Coordinate of the first use of a name. */
function usedAt(document: DocumentNode, name: string, kind: Kind): string | undefined {
  let found: string | undefined;
  visitElements(document, (node, coordinate) => {
    if (found === undefined && node.kind === kind && 'name' in node && node.name?.value === name) found = coordinate;
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

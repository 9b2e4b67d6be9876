// Declaration of a trusted document: what its file has beside the text that clients send, namely the directives of
// `schema/document-directives.graphql` and the descriptions. Neither is part of the document's text and id.
import { readFileSync } from 'node:fs';
import {
  type ASTNode,
  buildSchema,
  type ConstDirectiveNode,
  type DirectiveNode,
  type DocumentNode,
  GraphQLError,
  getDirectiveValues,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  print,
  type VariableDefinitionNode,
} from 'graphql';
import type { DocumentProblem, SourceLocation } from './documents-error.ts';
import { type RestDeclaration, readRest } from './rest-declaration.ts';

/** Definitions of the directives, as a file of SDL. */
export const documentDirectivesText = readFileSync(
  new URL('../../schema/document-directives.graphql', import.meta.url),
  'utf8',
);

const definitions = buildSchema(documentDirectivesText, { assumeValid: true });

/** Those of operations; the third is for variables. */
const ofOperations: ReadonlySet<string> = new Set(['rest', 'tool']);
const ofVariables = 'claim';

/** `@tool`. */
export interface ToolDeclaration {
  name?: string;
  title?: string;
  description?: string;
  destructive?: boolean;
  idempotent?: boolean;
  place: SourceLocation;
}

/** `@claim`: a variable that is filled from a claim of the caller's identity. */
export interface ClaimedVariable {
  variable: string;
  /** A name, or a path of names with dots. */
  claim: string;
}

export interface DocumentDeclaration {
  /** Description of the operation. */
  description: string | undefined;
  /** Descriptions of variables, by name. */
  variables: ReadonlyMap<string, string>;
  rest: RestDeclaration | null;
  tool: ToolDeclaration | null;
  claims: readonly ClaimedVariable[];
  /** Whether it is one of the current documents, and not of a release that is still in use. */
  isCurrent: boolean;
  /** The operation's head with all of this, as a manifest has it; null where there is none of it. */
  head: string | null;
}

/** @param report called with each problem; the declaration then lacks what it concerns. */
export function declarationOf(
  operation: OperationDefinitionNode,
  placeOf: (node: ASTNode) => SourceLocation,
  report: (problem: DocumentProblem) => void,
): DocumentDeclaration {
  const read = (node: DirectiveNode) => {
    try {
      return argumentsOf(node);
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      report({ ...placeOf(node), message: error.message });
      return null;
    }
  };
  const given = operation.directives?.filter(({ name }) => ofOperations.has(name.value)) ?? [];
  for (const [index, node] of given.entries()) {
    if (given.findIndex(({ name }) => name.value === node.name.value) === index) continue;
    report({ ...placeOf(node), message: `an operation has one @${node.name.value}: remove the others` });
  }
  const variables = operation.variableDefinitions ?? [];
  const claims = variables.flatMap((definition) => {
    const node = claimIn(definition);
    const values = node && read(node);
    return values ? [{ variable: definition.variable.name.value, claim: String(values.name) }] : [];
  });
  const [rest, tool] = ['rest', 'tool'].map((name) => given.find((node) => node.name.value === name));
  const restValues = rest && read(rest);
  const toolValues = tool && read(tool);
  const problems: string[] = [];
  const declaration = {
    description: operation.description?.value,
    variables: new Map(
      variables.flatMap(({ variable, description }) =>
        description ? [[variable.name.value, description.value] as const] : [],
      ),
    ),
    rest: restValues ? readRest(restValues, operation, claims, placeOf(rest), problems) : null,
    tool: toolValues ? { ...(toolValues as Omit<ToolDeclaration, 'place'>), place: placeOf(tool) } : null,
    claims,
    isCurrent: true,
    head: headOf(operation),
  };
  for (const message of problems) report({ ...placeOf(rest ?? operation), message });
  if (tool && operation.operation === OperationTypeNode.SUBSCRIPTION) {
    report({ ...placeOf(tool), message: '@tool is for queries and mutations' });
  }
  if (tool && declaration.tool?.name !== undefined) {
    const problem = toolNameProblem(declaration.tool.name);
    if (problem) report({ ...placeOf(tool), message: problem });
  }
  return declaration;
}

/** Of a document without any of it. */
export const noDeclaration: DocumentDeclaration = {
  description: undefined,
  variables: new Map(),
  rest: null,
  tool: null,
  claims: [],
  isCurrent: true,
  head: null,
};

/** The document without the directives and the descriptions; its nodes keep their locations. */
export function withoutDeclaration(document: DocumentNode): DocumentNode {
  const left = document.definitions.map((definition) => {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      const { description: _, ...fragment } = definition;
      return fragment;
    }
    if (definition.kind !== Kind.OPERATION_DEFINITION) return definition;
    const { description: _, ...operation } = definition;
    const { directives = [], variableDefinitions = [] } = operation;
    return {
      ...operation,
      directives: directives.filter(({ name }) => !ofOperations.has(name.value)),
      variableDefinitions: variableDefinitions.map(({ description: __, directives: own = [], ...variable }) => ({
        ...variable,
        directives: own.filter(({ name }) => name.value !== ofVariables),
      })),
    };
  });
  return { ...document, definitions: left };
}

/** The operation with the variables that clients give: those filled from claims are none of theirs. */
export function withoutClaimed(
  operation: OperationDefinitionNode,
  { claims }: Pick<DocumentDeclaration, 'claims'>,
): OperationDefinitionNode {
  if (claims.length === 0) return operation;
  const claimed = new Set(claims.map(({ variable }) => variable));
  const variables = operation.variableDefinitions?.filter(({ variable }) => !claimed.has(variable.name.value));
  return { ...operation, variableDefinitions: variables };
}

function headOf(operation: OperationDefinitionNode): string | null {
  const { description, directives = [], variableDefinitions = [] } = operation;
  const own = directives.filter(({ name }) => ofOperations.has(name.value));
  const isPlain = variableDefinitions.every((variable) => !variable.description && !claimIn(variable));
  if (!description && own.length === 0 && isPlain) return null;
  const selected = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } } as const;
  const selectionSet = { kind: Kind.SELECTION_SET, selections: [selected] } as const;
  return print({ ...operation, directives: own, selectionSet });
}

function claimIn({ directives = [] }: VariableDefinitionNode): ConstDirectiveNode | undefined {
  return directives.find(({ name }) => name.value === ofVariables);
}

/** @throws GraphQLError for arguments that the directive does not have, or of other types. */
function argumentsOf(node: DirectiveNode): Record<string, unknown> {
  const { value: name } = node.name;
  const directive = definitions.getDirective(name);
  if (!directive) throw new Error(`schema/document-directives.graphql does not define @${name}.`);
  const known = directive.args.map((argument) => argument.name);
  for (const argument of node.arguments ?? []) {
    if (known.includes(argument.name.value)) continue;
    throw new GraphQLError(`@${name} has no argument "${argument.name.value}": it has ${known.join(', ')}`);
  }
  return { ...getDirectiveValues(directive, { directives: [node] }) };
}

/** The names that the Model Context Protocol allows for tools. */
const toolName = /^[A-Za-z0-9_.-]{1,128}$/;

function toolNameProblem(name: string): string | null {
  return toolName.test(name)
    ? null
    : `@tool(name: ${JSON.stringify(name)}): give 1 to 128 letters, digits, "_", "-" and "."`;
}

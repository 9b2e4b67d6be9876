// Reading of documents: parsed and validated, or what is wrong with them.
import { type DocumentNode, GraphQLError, type GraphQLSchema, Kind, parse, validate } from 'graphql';
import { requestError, withoutStacks } from '../errors.ts';
import { OperationTooComplex, StepBudget } from '../planner/step-budget.ts';
import { documentRules } from './document-rules.ts';
import { withSuggestions } from './suggestions.ts';

/** What is wrong with a document, beside what validation finds. @throws OperationTooComplex if it spends more than there is. */
export type DocumentRule = (
  schema: GraphQLSchema,
  document: DocumentNode,
  steps: StepBudget,
) => readonly GraphQLError[];

export interface ReadingOptions {
  /** What documents have to be valid for. */
  schema: GraphQLSchema;
  /** Lexical tokens of a document; more are not read. No limit where it is not given. */
  maxTokens?: number;
  /** Steps that validating a document may take; no limit where it is not given. */
  maxSteps?: number;
  /** Leaves "Did you mean" out of validation errors, which would name what the schema has. */
  hideSuggestions?: boolean;
  /** Runs before validation; a document in which it finds something is not validated. */
  rules?: DocumentRule;
}

export interface ReadDocument {
  document: DocumentNode | null;
  errors: readonly GraphQLError[] | null;
}

/** Errors are cached as plain data: their nodes and the state in their stacks would keep all of validation in memory. */
export function readDocument(text: string, options: ReadingOptions): ReadDocument {
  const { document, errors } = readWith(text, options);
  return { document, errors: errors && withoutStacks(() => errors.map(plainError)) };
}

function plainError({ message, source, positions: entityPaths, extensions }: GraphQLError): GraphQLError {
  return new GraphQLError(message, { source, positions: entityPaths, extensions });
}

function readWith(text: string, options: ReadingOptions): ReadDocument {
  const { schema, maxTokens, maxSteps = Number.POSITIVE_INFINITY, hideSuggestions = false, rules } = options;
  try {
    const steps = new StepBudget(maxSteps);
    const document = parse(text, { maxLexicalTokens: maxTokens, noLocation: hasManyLines(text) });
    const rejections = rules?.(schema, document, steps) ?? [];
    // Without the document: whoever validates anew, for rules of their own, must not come past the refusal.
    if (rejections.length > 0) return { document: null, errors: rejections };
    const invalid = withSuggestions(
      schema,
      hideSuggestions,
      (hidden) => validate(schema, document, documentRules(steps), { hideSuggestions: hidden }),
      (found) => found,
    );
    const errors = [...rootless(schema, document), ...invalid];
    return { document, errors: errors.length > 0 ? errors : null };
  } catch (error) {
    if (error instanceof GraphQLError) return { document: null, errors: [tooManyTokens(error, maxTokens) ?? error] };
    if (error instanceof OperationTooComplex) return { document: null, errors: [error.toGraphQLError()] };
    // Reading goes as deep as the document does.
    if (error instanceof RangeError)
      return { document: null, errors: [new GraphQLError('The document is nested too deeply.')] };
    throw error;
  }
}

/** Lines of a document whose errors have locations: for each, graphql-js counts the lines above. */
const MAX_LINES = 5000;

function hasManyLines(text: string): boolean {
  if (text.length <= MAX_LINES) return false;
  let lines = 1;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if ((code === 10 || code === 13) && ++lines > MAX_LINES) return true;
  }
  return false;
}

/**
 * Operations of a kind that the schema does not have. Validation passes over all that is in them (there is no type to hold
 * it against), and leaves it to execution to say so.
 */
function rootless(schema: GraphQLSchema, { definitions }: DocumentNode): GraphQLError[] {
  return definitions.flatMap((definition) =>
    definition.kind !== Kind.OPERATION_DEFINITION || schema.getRootType(definition.operation)
      ? []
      : new GraphQLError(`There are no ${definition.operation}s here.`, { nodes: definition }),
  );
}

/** graphql-js says it as a syntax error; nothing that a document holds can stand at this place in one. */
const aborted = /^Syntax Error: Document contains more tha[nt] \d+ tokens/;

function tooManyTokens({ message }: GraphQLError, limit: number | undefined): GraphQLError | null {
  if (limit === undefined || !aborted.test(message)) return null;
  // Where reading has stopped: what comes after is not counted.
  const value = limit + 1;
  return requestError('TOKEN_LIMIT_EXCEEDED', { details: { limit, value } });
}

// Document reading: parses and validates documents, within limits.
import { type DocumentNode, GraphQLError, type GraphQLSchema, Kind, parse, validate } from 'graphql';
import { ErrorCode, requestError, withoutStacks } from '../errors.ts';
import { OperationTooComplex, StepBudget } from '../planner/step-budget.ts';
import { type MeasuredRejection, noRejections } from '../telemetry/measured-rejections.ts';
import { documentRules } from './document-rules.ts';
import { withSuggestions } from './suggestions.ts';

/**
 * Checks a document before its validation. @throws OperationTooComplex if it spends more steps than the budget has.
 */
export type DocumentRule = (
  schema: GraphQLSchema,
  document: DocumentNode,
  steps: StepBudget,
) => readonly GraphQLError[];

/** What limits in measure mode find in a document. */
export type DocumentMeasurement = (document: DocumentNode) => readonly MeasuredRejection[];

export interface ReadingOptions {
  /** The schema that documents must be valid for. */
  schema: GraphQLSchema;
  /** Maximum number of lexical tokens of a document; no limit by default. */
  maxTokens?: number;
  /** Whether a document with more tokens is read all the same, and measured. Default: false. */
  measuresTokens?: boolean;
  /** Steps that validating a document may take; no limit by default. */
  maxSteps?: number;
  /** Leaves "Did you mean" out of validation errors, which would reveal names of the schema. */
  hideSuggestions?: boolean;
  /** Runs before validation; a document with errors of it is not validated. */
  rules?: DocumentRule;
  /** Measures a valid document; by default, nothing is measured. */
  measurement?: DocumentMeasurement | null;
}

export interface ReadDocument {
  document: DocumentNode | null;
  errors: readonly GraphQLError[] | null;
  /** What limits in measure mode would have rejected it for; none by default. */
  measured?: readonly MeasuredRejection[];
}

/**
 * Errors are cached as plain data: their nodes and the state in their stacks would keep all of validation in memory.
 */
export function readDocument(text: string, options: ReadingOptions): ReadDocument {
  const { document, errors } = readWith(text, options);
  if (errors) return { document, errors: withoutStacks(() => errors.map(plainError)) };
  return { document, errors, measured: document ? measuredOf(document, options) : noRejections };
}

function measuredOf(
  document: DocumentNode & { tokenCount?: number },
  { maxTokens, measuresTokens = false, measurement }: ReadingOptions,
): readonly MeasuredRejection[] {
  const found = measurement?.(document) ?? noRejections;
  const { tokenCount: value = 0 } = document;
  if (!measuresTokens || maxTokens === undefined || value <= maxTokens) return found;
  return [{ rule: 'limits.tokens', code: ErrorCode.TOKEN_LIMIT_EXCEEDED, limit: maxTokens, value }, ...found];
}

function plainError({ message, source, positions, extensions }: GraphQLError): GraphQLError {
  return new GraphQLError(message, { source, positions, extensions });
}

function readWith(text: string, options: ReadingOptions): ReadDocument {
  const { schema, measuresTokens, maxSteps = Number.POSITIVE_INFINITY, hideSuggestions = false, rules } = options;
  const maxTokens = measuresTokens ? undefined : options.maxTokens;
  try {
    const steps = new StepBudget(maxSteps);
    const document = parse(text, { maxLexicalTokens: maxTokens, noLocation: hasManyLines(text) });
    const rejections = rules?.(schema, document, steps) ?? [];
    // Without the document: a plugin that validates it again, with rules of its own, must not get past the rejection.
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
    // Reading is recursive: it goes as deep as the document does.
    if (error instanceof RangeError)
      return { document: null, errors: [new GraphQLError('The document is nested too deeply.')] };
    throw error;
  }
}

/** Maximum lines of a document whose errors have locations: for each, graphql-js counts the lines above. */
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
 * Operations of a kind that the schema does not have. Validation skips everything in them (there is no type to
 * validate it against), and leaves the error to execution.
 */
function rootless(schema: GraphQLSchema, { definitions }: DocumentNode): GraphQLError[] {
  return definitions.flatMap((definition) =>
    definition.kind !== Kind.OPERATION_DEFINITION || schema.getRootType(definition.operation)
      ? []
      : new GraphQLError(`There are no ${definition.operation}s here.`, { nodes: definition }),
  );
}

/** graphql-js reports it as a syntax error; no text of a document can stand at this place in one. */
const aborted = /^Syntax Error: Document contains more tha[nt] \d+ tokens/;

function tooManyTokens({ message }: GraphQLError, limit: number | undefined): GraphQLError | null {
  if (limit === undefined || !aborted.test(message)) return null;
  // The position at which reading has stopped: tokens after it are not counted.
  const value = limit + 1;
  return requestError('TOKEN_LIMIT_EXCEEDED', { details: { limit, value } });
}

// Document limits: depth, aliases, root fields, directives and conditions. Checked before validation, which takes
// longer, so that the rejection of a document that is made to overload the gateway is cheap.
import {
  BREAK,
  type DocumentNode,
  type FieldNode,
  type GraphQLError,
  Kind,
  type OperationDefinitionNode,
  visit,
} from 'graphql';
import { allowsIntrospection, type LimitsConfig } from '../../config/limits.ts';
import type { DocumentRule } from '../../engine/document-store.ts';
import { ErrorCode, requestError } from '../../errors.ts';
import { DocumentMeasure, isIntrospection, type Measure } from './measure.ts';

/**
 * Maximum levels of introspection, from `__schema` or `__type` on. The usual introspection query has 13 to 15 of them,
 * most in `ofType`; validation itself bounds the nesting of `fields` in `fields`.
 */
const introspectionDepth = 20;

interface Limit {
  code: 'MAX_DEPTH_EXCEEDED' | 'MAX_ALIASES_EXCEEDED' | 'MAX_ROOT_FIELDS_EXCEEDED' | 'MAX_DIRECTIVES_EXCEEDED';
  limit: number;
  of(measure: Measure): number;
  /** In place of the usual one. */
  message?(value: number): string;
}

/** Reports the first operation over a limit, once for each limit. */
export function createDocumentLimits(config: LimitsConfig): DocumentRule {
  const limits = limitsOf(config);
  const introspection = allowsIntrospection(config);
  return (_schema, document) => {
    const requested = introspection ? null : findIntrospection(document);
    const errors = requested ? [introspectionDisabled(requested)] : [];
    const measure = new DocumentMeasure(document);
    const operations = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
    const measured = operations.map((operation) => ({ operation, measure: measure.operation(operation) }));
    for (const limit of limits) {
      const beyond = measured.find(({ measure }) => limit.of(measure) > limit.limit);
      if (beyond) errors.push(exceeded(limit, beyond.operation, beyond.measure));
    }
    const { conditions: limit } = config;
    const value = limit === false ? 0 : countConditions(document);
    if (limit !== false && value > limit) {
      errors.push(requestError('MAX_CONDITIONS_EXCEEDED', { details: { limit, value }, nodes: operations[0] }));
    }
    return errors;
  };
}

function limitsOf({ depth, aliases, rootFields, directives }: LimitsConfig): Limit[] {
  const limits: Limit[] = [];
  if (depth !== false) {
    limits.push({
      code: ErrorCode.MAX_DEPTH_EXCEEDED,
      limit: depth,
      of: (measure) => measure.depth,
    });
    limits.push({
      code: ErrorCode.MAX_DEPTH_EXCEEDED,
      limit: introspectionDepth,
      of: (measure) => measure.introspectionDepth,
      message: (value) => `The introspection is ${value} levels deep; the limit is ${introspectionDepth}.`,
    });
  }
  if (aliases !== false) {
    limits.push({
      code: ErrorCode.MAX_ALIASES_EXCEEDED,
      limit: aliases,
      of: (measure) => measure.aliases,
    });
  }
  if (rootFields !== false) {
    limits.push({
      code: ErrorCode.MAX_ROOT_FIELDS_EXCEEDED,
      limit: rootFields,
      of: (measure) => measure.rootFields,
    });
  }
  if (directives !== false) {
    limits.push({
      code: ErrorCode.MAX_DIRECTIVES_EXCEEDED,
      limit: directives,
      of: (measure) => measure.directives,
    });
  }
  return limits;
}

function exceeded({ code, limit, of, message }: Limit, operation: OperationDefinitionNode, measure: Measure) {
  const value = of(measure);
  return requestError(code, {
    details: { limit, value },
    nodes: operation,
    ...(message && { message: message(value) }),
  });
}

/** Number of different variables in `@skip` and `@include`, anywhere in the document. */
function countConditions(document: DocumentNode): number {
  const names = new Set<string>();
  visit(document, {
    [Kind.DIRECTIVE]: ({ name, arguments: [{ value } = {}] = [] }) => {
      const isCondition = name.value === 'skip' || name.value === 'include';
      if (isCondition && value?.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return names.size;
}

function findIntrospection(document: DocumentNode): FieldNode | null {
  let found: FieldNode | null = null;
  visit(document, {
    [Kind.FIELD](field) {
      if (!isIntrospection(field)) return undefined;
      found = field;
      return BREAK;
    },
  });
  return found;
}

function introspectionDisabled(field: FieldNode): GraphQLError {
  const message = `Introspection is disabled: "${field.name.value}" is not available.`;
  return requestError('INTROSPECTION_DISABLED', { message, nodes: field });
}

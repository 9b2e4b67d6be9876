// Refuses documents that ask for too much by their form alone. It runs before validation, which takes longer, so that a
// document made to keep the gateway busy is cheap to refuse.
import {
  BREAK,
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  visit,
} from 'graphql';
import { allowsIntrospection, type LimitsConfig } from '../../config/limits.ts';
import type { DocumentRule } from '../../engine/document-store.ts';
import { rejection } from './limit-error.ts';
import { DocumentMeasure, isIntrospection, type Measure } from './measure.ts';

/**
 * Levels below `__schema` and `__type`, with these. The usual introspection query has 13 to 15 of them, most in `ofType`;
 * validation itself bounds how often `fields` can stand in `fields`.
 */
const introspectionDepth = 20;

interface Limit {
  code: string;
  limit: number;
  of(measure: Measure): number;
  message(value: number): string;
}

/** The first operation beyond a limit is named, once for each limit, whatever else the document holds. */
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
      const message = `The document has ${value} variables in @skip and @include; the limit is ${limit}.`;
      errors.push(rejection(message, { code: 'MAX_CONDITIONS_EXCEEDED', limit, value }, operations[0]));
    }
    return errors;
  };
}

function limitsOf({ depth, aliases, rootFields, directives }: LimitsConfig): Limit[] {
  const limits: Limit[] = [];
  if (depth !== false) {
    limits.push({
      code: 'MAX_DEPTH_EXCEEDED',
      limit: depth,
      of: (measure) => measure.depth,
      message: (value) => `The operation is ${value} levels deep; the limit is ${depth}.`,
    });
    limits.push({
      code: 'MAX_DEPTH_EXCEEDED',
      limit: introspectionDepth,
      of: (measure) => measure.introspectionDepth,
      message: (value) => `The introspection is ${value} levels deep; the limit is ${introspectionDepth}.`,
    });
  }
  if (aliases !== false) {
    limits.push({
      code: 'MAX_ALIASES_EXCEEDED',
      limit: aliases,
      of: (measure) => measure.aliases,
      message: (value) => `The operation has ${value} aliases; the limit is ${aliases}.`,
    });
  }
  if (rootFields !== false) {
    limits.push({
      code: 'MAX_ROOT_FIELDS_EXCEEDED',
      limit: rootFields,
      of: (measure) => measure.rootFields,
      message: (value) => `The operation has ${value} root fields; the limit is ${rootFields}.`,
    });
  }
  if (directives !== false) {
    limits.push({
      code: 'MAX_DIRECTIVES_EXCEEDED',
      limit: directives,
      of: (measure) => measure.directives,
      message: (value) => `The operation has ${value} directives; the limit is ${directives}.`,
    });
  }
  return limits;
}

function exceeded({ code, limit, of, message }: Limit, operation: OperationDefinitionNode, measure: Measure) {
  const value = of(measure);
  return rejection(message(value), { code, limit, value }, operation);
}

/** Different variables that `@skip` and `@include` depend on, anywhere in the document. */
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
  return new GraphQLError(`Introspection is switched off here: "${field.name.value}" is not answered.`, {
    nodes: field,
    extensions: { code: 'INTROSPECTION_DISABLED', http: { spec: true, status: 400 } },
  });
}

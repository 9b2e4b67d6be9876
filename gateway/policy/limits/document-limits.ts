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
import { DEFER } from '../../compose/defer-directive.ts';
import { allowsIntrospection, type LimitsConfig } from '../../config/limits.ts';
import { isMeasured } from '../../config/measure-mode.ts';
import type { DocumentMeasurement, DocumentRule } from '../../engine/document-store.ts';
import { ErrorCode, requestError } from '../../errors.ts';
import { DocumentMeasure, isIntrospection, type Measure } from './measure.ts';

/**
 * Maximum levels of introspection, from `__schema` or `__type` on. The usual introspection query has 13 to 15 of them,
 * most in `ofType`; validation itself bounds the nesting of `fields` in `fields`.
 */
const introspectionDepth = 20;

interface Limit {
  name: 'depth' | 'aliases' | 'rootFields' | 'directives';
  code: 'MAX_DEPTH_EXCEEDED' | 'MAX_ALIASES_EXCEEDED' | 'MAX_ROOT_FIELDS_EXCEEDED' | 'MAX_DIRECTIVES_EXCEEDED';
  max: number;
  of(measure: Measure): number;
  /** In place of the usual one. */
  message?(value: number): string;
}

interface Excess {
  limit: Limit;
  operation: OperationDefinitionNode;
  measure: Measure;
}

/** Reports the first operation over a limit, once for each limit that is enforced. */
export function createDocumentLimits(config: LimitsConfig): DocumentRule {
  const limits = limitsOf(config).filter(({ name }) => !isMeasured(config.mode, name));
  const maxConditions = isMeasured(config.mode, 'conditions') ? false : config.conditions;
  const introspection = allowsIntrospection(config);
  return (_schema, document) => {
    const requested = introspection ? null : findIntrospection(document);
    const errors = requested ? [introspectionDisabled(requested)] : [];
    for (const { limit, operation, measure } of excesses(document, limits)) {
      errors.push(exceeded(limit, operation, measure));
    }
    const value = conditionsBeyond(document, maxConditions);
    if (value !== null) {
      const [operation] = operationsOf(document);
      const limit = Number(maxConditions);
      errors.push(requestError('MAX_CONDITIONS_EXCEEDED', { details: { limit, value }, nodes: operation }));
    }
    return errors;
  };
}

/** As `createDocumentLimits`, for the limits that are measured; null where there are none. */
export function createDocumentMeasurement(config: LimitsConfig): DocumentMeasurement | null {
  const limits = limitsOf(config).filter(({ name }) => isMeasured(config.mode, name));
  const maxConditions = isMeasured(config.mode, 'conditions') ? config.conditions : false;
  if (limits.length === 0 && maxConditions === false) return null;
  return (document) => {
    const found = excesses(document, limits).map(({ limit: { name, code, max, of }, measure }) => ({
      ...{ rule: `limits.${name}`, code, limit: max, value: of(measure) },
    }));
    const value = conditionsBeyond(document, maxConditions);
    if (value === null) return found;
    const limit = Number(maxConditions);
    return [...found, { rule: 'limits.conditions', code: ErrorCode.MAX_CONDITIONS_EXCEEDED, limit, value }];
  };
}

function excesses(document: DocumentNode, limits: readonly Limit[]): Excess[] {
  if (limits.length === 0) return [];
  const measure = new DocumentMeasure(document);
  const measured = operationsOf(document).map((operation) => ({ operation, measure: measure.operation(operation) }));
  return limits.flatMap((limit) => {
    const beyond = measured.find(({ measure }) => limit.of(measure) > limit.max);
    return beyond ? [{ limit, ...beyond }] : [];
  });
}

function operationsOf({ definitions }: DocumentNode): OperationDefinitionNode[] {
  return definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
}

/** The number of conditions, where it is beyond the limit; else null. */
function conditionsBeyond(document: DocumentNode, limit: number | false): number | null {
  const value = limit === false ? 0 : countConditions(document);
  return limit !== false && value > limit ? value : null;
}

function limitsOf({ depth, aliases, rootFields, directives }: LimitsConfig): Limit[] {
  const limits: Limit[] = [];
  if (depth !== false) {
    limits.push({
      name: 'depth',
      code: ErrorCode.MAX_DEPTH_EXCEEDED,
      max: depth,
      of: (measure) => measure.depth,
    });
    limits.push({
      name: 'depth',
      code: ErrorCode.MAX_DEPTH_EXCEEDED,
      max: introspectionDepth,
      of: (measure) => measure.introspectionDepth,
      message: (value) => `The introspection is ${value} levels deep; the limit is ${introspectionDepth}.`,
    });
  }
  if (aliases !== false) {
    limits.push({
      name: 'aliases',
      code: ErrorCode.MAX_ALIASES_EXCEEDED,
      max: aliases,
      of: (measure) => measure.aliases,
    });
  }
  if (rootFields !== false) {
    limits.push({
      name: 'rootFields',
      code: ErrorCode.MAX_ROOT_FIELDS_EXCEEDED,
      max: rootFields,
      of: (measure) => measure.rootFields,
    });
  }
  if (directives !== false) {
    limits.push({
      name: 'directives',
      code: ErrorCode.MAX_DIRECTIVES_EXCEEDED,
      max: directives,
      of: (measure) => measure.directives,
    });
  }
  return limits;
}

function exceeded({ code, max: limit, of, message }: Limit, operation: OperationDefinitionNode, measure: Measure) {
  const value = of(measure);
  return requestError(code, {
    details: { limit, value },
    nodes: operation,
    ...(message && { message: message(value) }),
  });
}

/** Number of different variables in `@skip`, `@include` and `@defer`, anywhere in the document. */
function countConditions(document: DocumentNode): number {
  const names = new Set<string>();
  visit(document, {
    [Kind.DIRECTIVE]: ({ name, arguments: given = [] }) => {
      if (name.value !== 'skip' && name.value !== 'include' && name.value !== DEFER) return;
      const value = given.find((argument) => argument.name.value === 'if')?.value;
      if (value?.kind === Kind.VARIABLE) names.add(value.name.value);
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

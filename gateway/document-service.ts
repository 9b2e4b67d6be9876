// Document service: whether a client's document would be served, and on which terms, by the same engine and the same checks that
// requests pass. Nothing is sent.
import type { GraphQLError } from 'graphql';
import type { GraphRules } from './check/rule-changes.ts';
import type { KnownRejection, ServeDocument, ServedDocument } from './check/served-document.ts';
import type { CheckedClient } from './client-views/definition.ts';
import type { View } from './client-views/view.ts';
import type { Graph } from './compose/graph.ts';
import type { RateLimit } from './compose/rate-limit-rules.ts';
import type { Requirement } from './compose/requirements.ts';
import type { CheckedConfig } from './config/config.ts';
import { isMeasured } from './config/measure-mode.ts';
import type { PreparedOperation } from './engine/prepared-operation.ts';
import { ErrorCode } from './errors.ts';
import { createEngine } from './graph-engine.ts';
import type { ManifestDocument } from './persisted-documents/manifest.ts';
import type { Analysis } from './policy/analysis.ts';
import { createOperationChecks } from './policy/graph-checks.ts';
import { readCostRules } from './policy/limits/cost-rules.ts';
import { neverServed, rejectionErrors } from './policy/never-served.ts';
import { createCounters, createRequestLimits } from './policy/rate-limits/index.ts';
import { Rejection } from './policy/rejection.ts';
import { withClient } from './served-graph.ts';
import { createLog } from './telemetry/log.ts';
import type { ServiceClient } from './transport/service-client.ts';

export interface DocumentServiceOptions {
  graph: Graph;
  /** Of the client; null for the whole graph. */
  view: View | null;
  /** The client's definition; null for the whole graph. */
  definition: CheckedClient | null;
  config: CheckedConfig;
  clients: ReadonlyMap<string, ServiceClient>;
}

/** @throws ComposeError where the graph's rules name policies that the configuration does not have. */
export function createDocumentService(options: DocumentServiceOptions): ServeDocument {
  const { graph, definition } = options;
  const { config, engine, checks } = serviceOf(options);
  const { rateLimits } = graph.rules;
  const isIdentified = definition?.authentication === 'required' || definition?.access !== undefined;
  const denies = config.authorization.mode !== 'measure';
  const limits = !isMeasured(config.rateLimits.mode, 'fields');
  return ({ body }): ServedDocument => {
    const { errors, operations } = engine.documents.read(body);
    const rejections = errors?.map(rejectionOf) ?? [];
    const requirements = new Map<string, Requirement>();
    const limited = new Map<string, readonly RateLimit[]>();
    for (const operation of errors ? [] : operations) {
      for (const variables of choicesOf(operation)) {
        const analysis = checks.foresee(operation, variables);
        rejections.push(...rejectionErrors(operation, analysis, variables).map(rejectionOf));
        if (analysis instanceof Rejection) continue;
        if (denies)
          for (const [name, needed] of requirementsOf(analysis)) requirements.set(name, known(needed, isIdentified));
        if (!limits) continue;
        for (const { coordinate } of analysis.limited) limited.set(coordinate, rateLimits.get(coordinate) ?? []);
      }
    }
    return { rejections: distinct(rejections), requirements, rateLimits: limited };
  };
}

/**
 * Reasons for which every request for a document is rejected, whatever its variables; none where it may be served.
 * @throws ComposeError as `createDocumentService`.
 */
export function createRejectionFinder(
  options: DocumentServiceOptions,
): (document: Pick<ManifestDocument, 'body'>) => readonly GraphQLError[] {
  const { engine, checks } = serviceOf(options);
  return ({ body }) => {
    const { errors, operations } = engine.documents.read(body);
    return errors ?? operations.flatMap((operation) => neverServed(operation, checks));
  };
}

function serviceOf({ graph, view, definition, clients, ...options }: DocumentServiceOptions) {
  const config = definition ? withClient(options.config, { definition }) : options.config;
  const log = createLog({ level: 'silent' });
  const engine = createEngine(graph, clients, config, log, { view });
  const counters = createCounters({ config: config.rateLimits, redis: null, log });
  const requestLimits = createRequestLimits(config.rateLimits, counters, log);
  const checks = createOperationChecks(graph, view, { config, log, counters, requestLimits });
  return { config, engine, checks };
}

/** The rules that `concierge check` compares. */
export function graphRulesOf({ rules, sources }: Graph): GraphRules {
  const { lists, fields, arguments: ofArguments, inputFields, types } = readCostRules(sources);
  const sliced = [...lists].filter(([, { requireOneSlicingArgument }]) => requireOneSlicingArgument);
  const { fieldRequirements, typeRequirements, rateLimits } = rules;
  return {
    fieldRequirements,
    typeRequirements,
    rateLimits,
    slicing: new Map(sliced.map(([coordinate, { slicingArguments }]) => [coordinate, slicingArguments])),
    weights: new Map([...fields, ...ofArguments, ...inputFields, ...types]),
  };
}

/** Variables by which every part of the document is included in one of the choices, as far as one variable decides. */
function choicesOf(operation: PreparedOperation): Record<string, unknown>[] {
  const coerced = operation.coerce({});
  const values = 'values' in coerced ? coerced.values : {};
  const conditions = Object.keys(operation.conditions(values));
  const all = (value: boolean) => ({ ...values, ...Object.fromEntries(conditions.map((name) => [name, value])) });
  return conditions.length === 0 ? [values] : [all(true), all(false)];
}

function requirementsOf({ fieldRequirements, typeRequirements }: Analysis): [string, Requirement][] {
  return [...fieldRequirements, ...typeRequirements];
}

/** What is left to require of a client whose callers are identified anyway. */
function known(requirement: Requirement, isIdentified: boolean): Requirement {
  return isIdentified ? { ...requirement, authenticated: false } : requirement;
}

function rejectionOf({ message, extensions, positions }: GraphQLError): KnownRejection {
  const code = String(extensions.code ?? ErrorCode.GRAPHQL_VALIDATION_FAILED);
  return { code, message, offset: positions?.[0] ?? null };
}

function distinct(rejections: readonly KnownRejection[]): KnownRejection[] {
  return [...new Map(rejections.map((rejection) => [`${rejection.offset} ${rejection.message}`, rejection])).values()];
}

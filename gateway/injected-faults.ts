// Fault injection of one graph: who may name faults in a request, and the faults of the configuration.
import type { Graph } from './compose/graph.ts';
import type { CheckedConfig } from './config/config.ts';
import { ConfigError } from './config/config-error.ts';
import { parseFaults } from './config/faults.ts';
import type { Engine } from './engine/engine.ts';
import { FaultInjection, faultsByTarget } from './pipeline/fault-injection.ts';
import { createClientAccess } from './policy/client-access.ts';
import type { FaultsByTarget } from './transport/injected-faults.ts';

export interface FaultInjectionParts {
  config: CheckedConfig;
  /** The services over HTTP, by name. */
  clients: ReadonlyMap<string, unknown>;
  development?: boolean;
}

/** Whether any request can have faults: under `concierge dev`, and where the configuration has them. */
export function injectsFaults({ config, development }: Pick<FaultInjectionParts, 'config' | 'development'>): boolean {
  return development === true || config.faults !== undefined;
}

/**
 * Null where no request can have faults.
 * @throws ConfigError for faults of the configuration whose targets the graph does not have.
 */
export function createFaultInjection(graph: Graph, engine: Engine, parts: FaultInjectionParts): FaultInjection | null {
  const { config, clients, development } = parts;
  if (!injectsFaults(parts)) return null;
  const services = [...clients.keys()];
  const { roles, scopes, everyone, inject } = config.faults ?? {};
  const isForEveryone = development || everyone === true;
  const access =
    roles || scopes ? createClientAccess({ ...(roles && { roles }), ...(scopes && { scopes }) }) : undefined;
  return new FaultInjection({
    schema: engine.clientSchema,
    services,
    checkAccess: isForEveryone ? null : access,
    configured: inject ? configuredFaults(inject, graph, services) : null,
  });
}

function configuredFaults(texts: readonly string[], graph: Graph, services: readonly string[]): FaultsByTarget {
  const faults = parseFaults(texts.join(', '));
  const found = typeof faults === 'string' ? faults : faultsByTarget(faults, graph.schema, services);
  if (typeof found === 'string') throw new ConfigError(`faults.inject: ${found}`);
  return found;
}

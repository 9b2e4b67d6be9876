// One side of a check: the graph before or after a change, with what each client sees of it and how its documents are
// served there.
import { type GraphQLSchema, isAbstractType } from 'graphql';
import type { HiddenMembers } from '../check/abstract-breaks.ts';
import { viewableSchema, viewOf } from '../check/client-views.ts';
import type { GraphRules } from '../check/rule-changes.ts';
import type { ServeDocument } from '../check/served-document.ts';
import type { Client } from '../client-views/load-clients.ts';
import type { View } from '../client-views/view.ts';
import { ComposeError } from '../compose/compose-error.ts';
import type { Graph } from '../compose/graph.ts';
import type { LocalSource } from '../compose/subschemas.ts';
import type { CheckedConfig } from '../config/config.ts';
import { createDocumentService, graphRulesOf } from '../document-service.ts';
import { policyProblems } from '../policy/graph-checks.ts';
import type { ServiceClient } from '../transport/service-client.ts';

export interface ClientState {
  /** Null for the whole graph, and where it cannot be built. */
  view: View | null;
  /** Null where the view cannot be built. */
  schema: GraphQLSchema | null;
  /** Of the view's definition with this graph, and of the client's own fields. */
  problems: readonly string[];
  /** Null where it is unknown. */
  serve: ServeDocument | null;
  hidden: HiddenMembers;
}

export interface GraphState {
  graph: Pick<Graph, 'schema' | 'sources'>;
  /** Null where only the schema is known. */
  rules: GraphRules | null;
  /** Reasons for which a gateway does not start with it. */
  problems: readonly string[];
  /** @param client null for the whole graph. */
  clientState(client: Client | null): ClientState;
}

/**
 * @param compose composes the graph, with more sources or without.
 * @param clients of the services; nothing is sent to them.
 * @throws ComposeError
 */
export function composedState(
  compose: (more?: LocalSource[]) => Graph,
  config: CheckedConfig,
  clients: ReadonlyMap<string, ServiceClient>,
): GraphState {
  const graph = compose();
  return {
    graph,
    rules: graphRulesOf(graph),
    problems: policyProblems(graph.rules, config.authorization.policies),
    clientState(client) {
      const { whole, ...state } = client
        ? viewState(viewOf({ graph, join: (source) => compose([source]) }, client))
        : { ...wholeState(graph.schema), whole: graph };
      if (!state.schema) return state;
      try {
        const definition = client?.definition ?? null;
        const serve = createDocumentService({ graph: whole, view: state.view, definition, config, clients });
        return { ...state, serve };
      } catch (error) {
        if (!(error instanceof ComposeError)) throw error;
        return { ...state, problems: [...state.problems, ...error.reasons] };
      }
    },
  };
}

/** A graph of which only the schema is known, such as one in a file. */
export function schemaState(graph: Pick<Graph, 'schema' | 'sdl' | 'sources'>): GraphState {
  return {
    graph,
    rules: null,
    problems: [],
    clientState(client) {
      if (!client) return wholeState(graph.schema);
      const { whole: _, ...state } = viewState(viewOf(viewableSchema(graph), client));
      return state;
    },
  };
}

const noMembers: ReadonlySet<string> = new Set();

function wholeState(schema: GraphQLSchema): ClientState {
  return { view: null, schema, problems: [], serve: null, hidden: () => noMembers };
}

function viewState<Whole extends Pick<Graph, 'schema'>>({
  view,
  graph: whole,
  problems,
}: {
  view: View | null;
  graph: Whole;
  problems: readonly string[];
}): ClientState & { whole: Whole } {
  const hidden: HiddenMembers = (viewType) => {
    const type = whole.schema.getType(view?.graphCoordinate(viewType) ?? viewType);
    if (!view || !isAbstractType(type)) return noMembers;
    const names = whole.schema.getPossibleTypes(type).map(({ name }) => name);
    return new Set(names.filter((name) => view.hiddenTypes.has(name)));
  };
  return { view, schema: view?.schema ?? null, problems, serve: null, hidden, whole };
}

// Injected faults of a request: what goes wrong with its requests to subgraphs, and with the fields of its response.

export interface SubgraphFault {
  /** As it was written. */
  text: string;
  /** Milliseconds before a request is sent. */
  delay: number;
  /** HTTP status of requests that fail; null where none does. */
  status: number | null;
  /** Share of the requests that fail. */
  share: number;
}

/** `null`: the value; `error`: a null with an error. */
export type FieldFault = 'null' | 'error';

/** Faults by the names of subgraphs, and by `Type.field` or `subgraph.field`. */
export interface FaultsByTarget {
  texts: readonly string[];
  subgraphs: ReadonlyMap<string, SubgraphFault>;
  fields: ReadonlyMap<string, FieldFault>;
}

/** A field of a response. */
interface Field {
  /** `Type.field` in the graph's names. */
  coordinate: string;
  /** In the client's names, where they differ. */
  shown?: string;
  subgraph: string;
}

export class InjectedFaults {
  readonly texts: readonly string[];
  readonly #configured: FaultsByTarget | null;
  readonly #requested: FaultsByTarget | null;

  /**
   * @param configured of all requests, by the graph's names.
   * @param requested of this one, which take precedence, by the client's names.
   */
  constructor(configured: FaultsByTarget | null, requested: FaultsByTarget | null) {
    this.#configured = configured;
    this.#requested = requested;
    this.texts = [...(requested?.texts ?? []), ...(configured?.texts ?? [])];
  }

  ofSubgraph(name: string): SubgraphFault | undefined {
    return this.#requested?.subgraphs.get(name) ?? this.#configured?.subgraphs.get(name);
  }

  ofField({ coordinate, shown = coordinate, subgraph }: Field): FieldFault | undefined {
    return (
      (this.#requested && faultOf(this.#requested, shown, subgraph)) ??
      (this.#configured && faultOf(this.#configured, coordinate, subgraph)) ??
      undefined
    );
  }

  get hasFields(): boolean {
    return Boolean(this.#requested?.fields.size) || Boolean(this.#configured?.fields.size);
  }
}

function faultOf({ fields }: FaultsByTarget, coordinate: string, subgraph: string): FieldFault | undefined {
  const field = coordinate.slice(coordinate.indexOf('.'));
  // One service may be several subgraphs of a plan, numbered after "#".
  return fields.get(coordinate) ?? fields.get(subgraph.replace(/#\d+$/, '') + field);
}

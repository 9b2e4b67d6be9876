// Response to a translated request: data and errors of its root fields, at their places in the response.
import { errorExtensions } from '../../errors.ts';
import { setProperty } from '../../json/json-values.ts';
import type { SubgraphResponse } from '../subgraph-response.ts';
import type { CompiledField, TranslatedRequest } from './document-translator.ts';
import { ProjectionRun } from './projection.ts';

/** An error of a root field, as services of GraphQL send it. */
export interface TranslatedError {
  message: string;
  /** From the field's value on; the value itself by default. */
  path?: readonly (string | number)[];
  extensions?: Readonly<Record<string, unknown>>;
  /** Whether a whole request to the service has failed, so that fields may have their fallbacks. */
  isOutage?: boolean;
}

export class TranslatedResponse {
  readonly #request: TranslatedRequest;
  readonly #data: Record<string, unknown> = {};
  readonly #errors: unknown[] = [];
  readonly #outages = new Set<unknown>();
  /** Root fields to resolve, `__typename` and what is skipped aside. */
  readonly fields: readonly CompiledField[];

  constructor(request: TranslatedRequest) {
    this.#request = request;
    const { document, variables } = request;
    const selected = document.fields.filter(({ condition }) => condition === null || condition(variables));
    this.fields = selected.every(({ definition }) => definition)
      ? selected
      : selected.filter(({ definition }) => definition);
    // In the order of the selection, whatever is resolved first.
    for (const { responseKey, definition } of selected)
      setProperty(this.#data, responseKey, definition ? null : document.rootType);
  }

  argumentsOf(field: CompiledField): Record<string, unknown> {
    return field.readArguments(this.#request.variables);
  }

  /** Sets the value of a root field to what the request selects of it. Values that have no type there are errors. */
  set({ responseKey, project }: CompiledField, value: unknown): void {
    const run = new ProjectionRun(this.#request.variables);
    setProperty(this.#data, responseKey, (project ? project(value, run) : value) ?? null);
    for (const { message, path } of run.errors)
      this.#errors.push({
        message,
        path: [responseKey, ...path],
        extensions: errorExtensions('SUBGRAPH_BAD_RESPONSE'),
      });
  }

  /** Sets the value of a root field that has been projected already. */
  setProjected({ responseKey }: CompiledField, value: unknown): void {
    setProperty(this.#data, responseKey, value ?? null);
  }

  /** Adds an error of a root field. Its value stays: null, unless it has been set. */
  fail({ responseKey }: CompiledField, { message, path = [], extensions, isOutage }: TranslatedError): void {
    const error = { message, path: [responseKey, ...path], ...(extensions && { extensions }) };
    this.#errors.push(error);
    if (isOutage) this.#outages.add(error);
  }

  /** Its strings may have any character: they are searched for those that JSON escapes. */
  toResponse(): SubgraphResponse {
    return {
      data: this.#data,
      ...(this.#errors.length > 0 && { errors: this.#errors }),
      ...(this.#outages.size > 0 && { outages: this.#outages }),
    };
  }
}

// Hook operation and result: what hooks get of an operation and of its response, copied when it is read.
import { print } from 'graphql';
import type { HookOperation, HookResult } from '../config/hooks.ts';
import type { PreparedOperation } from '../engine/prepared-operation.ts';
import { copyJson, toPlainJson } from '../json/json-values.ts';
import type { Result, Variables } from './stages.ts';

/** An operation as hooks get it; made of what is there when it is read. */
export class Operation implements HookOperation {
  readonly name: string | null;
  readonly kind: HookOperation['kind'];
  readonly isNested: boolean;
  readonly #operation: PreparedOperation;
  readonly #given: Variables;
  #variables: HookOperation['variables'] | undefined;

  constructor(operation: PreparedOperation, given: Variables, isNested: boolean) {
    this.name = operation.name ?? null;
    this.kind = operation.operation.operation;
    this.isNested = isNested;
    this.#operation = operation;
    this.#given = given;
  }

  get document(): string {
    return print(this.#operation.clientDocument);
  }

  get variables(): HookOperation['variables'] {
    this.#variables ??= toPlainJson(copyJson(this.#given));
    return this.#variables;
  }
}

export class ClientResult implements HookResult {
  readonly errors: HookResult['errors'];
  readonly #result: Result;

  constructor(result: Result) {
    this.#result = result;
    this.errors = result.errors?.map((error) => {
      const { message, path, extensions: { http: _, unexpected: __, ...extensions } = {} } = error.toJSON();
      return { message, ...(path && { path }), extensions: copyJson(extensions) };
    });
  }

  get data(): HookResult['data'] {
    return toPlainJson(copyJson((this.#result.data as HookResult['data'] | undefined) ?? null));
  }
}

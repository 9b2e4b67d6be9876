// Planning of trusted documents at start: they are known before the first request, so that they are validated and
// planned then.

import { ComposeError } from './compose/compose-error.ts';
import type { Engine } from './engine/engine.ts';
import { describeLocation } from './persisted-documents/documents-error.ts';
import type { TrustedDocuments } from './persisted-documents/trusted-documents.ts';

/**
 * Prepares all documents, and plans their operations as far as the plans do not depend on variables.
 * @param client the reference of the client of the documents.
 * @returns the number of plans.
 * @throws ComposeError naming each document that is invalid in the client's view, with its file, line and column.
 */
export function planDocuments(client: string, trusted: TrustedDocuments, engine: Engine): number {
  const reasons: string[] = [];
  let plans = 0;
  for (const { id, text, name, place } of trusted) {
    const { errors, operations } = engine.documents.pin(text);
    const [error] = errors ?? [];
    if (error) reasons.push(`client ${client}: ${describeLocation(place)} ${name ?? id}: ${error.message}`);
    for (const operation of errors ? [] : operations) {
      // Required variables can select another plan by `@skip` and `@include` at request time.
      const coerced = operation.coerce({});
      operation.planFor('values' in coerced ? coerced.values : {});
      plans += 1;
    }
  }
  if (reasons.length > 0) throw new ComposeError(reasons);
  return plans;
}

// Trusted documents are known before anybody asks for one: what they are is checked, and how they are answered is planned,
// when the gateway starts.

import { ComposeError } from './compose/compose-error.ts';
import type { Engine } from './engine/engine.ts';
import { describeLocation } from './persisted-documents/documents-error.ts';
import type { TrustedDocuments } from './persisted-documents/trusted-documents.ts';

/**
 * Prepares all documents, and plans their operations as far as that depends on no variables.
 * @param client the reference of the client whose documents they are.
 * @returns how many plans there are then.
 * @throws ComposeError naming each document that the client's view does not allow, with its file, line and column.
 */
export function planDocuments(client: string, trusted: TrustedDocuments, engine: Engine): number {
  const reasons: string[] = [];
  let plans = 0;
  for (const { id, text, name, place } of trusted) {
    const { errors, operations } = engine.documents.pin(text);
    const [error] = errors ?? [];
    if (error) reasons.push(`client ${client}: ${describeLocation(place)} ${name ?? id}: ${error.message}`);
    for (const operation of errors ? [] : operations) {
      // Variables that have to be given may choose another plan by `@skip` and `@include`, when they come.
      const coerced = operation.coerce({});
      operation.planFor('values' in coerced ? coerced.values : {});
      plans += 1;
    }
  }
  if (reasons.length > 0) throw new ComposeError(reasons);
  return plans;
}

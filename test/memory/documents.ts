// Ever new documents, as a client without trusted documents can send them: each one differs from all before it.
import { openComposition } from '../../gateway/composition.ts';
import { checkConfig } from '../../gateway/config/load.ts';
import type { Engine } from '../../gateway/engine/engine.ts';
import { createEngine } from '../../gateway/graph-engine.ts';
import { createLog } from '../../gateway/telemetry/log.ts';
import { demoConfig, root } from '../harness/gateway.ts';

/** An engine over the demo graph, whose services get no requests. */
export function openEngine(documents: { max: number; maxBytes: number }): { engine: Engine; close(): Promise<void> } {
  const config = checkConfig(demoConfig({}, { documents }));
  const composition = openComposition(config, root);
  const engine = createEngine(composition.compose(), composition.clients, config, createLog({ level: 'silent' }));
  return { engine, close: () => composition.close() };
}

const shapes: readonly ((number: number) => string)[] = [
  (number) => `{ a${number}: product(id: "p1") { id name price { amount } } }`,
  (number) =>
    `query Q${number}($id: ID!) { order(id: $id) { total { amount } lines { product { name } } customer { name } } }`,
  (number) =>
    `{ profile { id name n${number}: orders(first: 2) { nodes { id } } recommendations(first: 3) { name } } }`,
  (number) =>
    `query ($yes: Boolean!) { user(id: "u${number}") { name tier @include(if: $yes) orders @skip(if: $yes) { totalCount } } }`,
  (number) => `mutation { setStock(productId: "p1", quantity: ${number}) { inStock } }`,
  (number) => `fragment P on Product { p${number}: name } { products(first: 1) { nodes { ...P } } }`,
  // Not valid, in as many places as are reported.
  (number) => `{ ${Array.from({ length: 12 }, (_, field) => `x${field}`).join(' ')} y${number} }`,
  (number) => `{ product(id: "${number}" }`,
];

/** The document of that number. */
export function documentOf(number: number): string {
  return (shapes[number % shapes.length] as (number: number) => string)(number);
}

/** Reads and checks the documents with these numbers, and plans one in `every` for each choice of its conditions. */
export function prepareDocuments(engine: Engine, from: number, to: number, every = 1): void {
  for (let number = from; number < to; number += 1) {
    const document = engine.documents.get(documentOf(number));
    if (document.errors || number % every !== 0) continue;
    const operation = document.operation(undefined);
    operation?.planFor({ yes: true });
    operation?.planFor({ yes: false });
  }
}

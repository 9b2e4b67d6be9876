// Counted usage: the client of an operation, and the coordinates that it uses.
import type { Engine } from '../engine/engine.ts';
import type { PreparedOperation } from '../engine/prepared-operation.ts';
import { coordinatesOf } from '../telemetry/usage/coordinates.ts';
import type { UsageCounter } from '../telemetry/usage/usage-counter.ts';
import type { MeasuredOperations } from './measured-operations.ts';
import type { RequestContext } from './request-context.ts';

export function countUsage(
  usage: UsageCounter,
  operation: PreparedOperation,
  context: RequestContext,
  { engine, measured }: { engine: Engine; measured: MeasuredOperations },
): void {
  usage.count(operation, context, () => ({
    name: operation.name,
    trusted: measured.of(operation).isTrusted,
    coordinates: coordinatesOf(operation.document, operation.operation, engine.schema),
  }));
}

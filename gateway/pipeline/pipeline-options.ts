// Options of the pipeline: what its stages are given, for one graph.
import type { DocumentSettings } from '../persisted-documents/request-document.ts';
import type { Controls } from '../policy/controls/controls.ts';
import type { VariablesLimit } from '../policy/limits/request-size.ts';
import type { OperationChecks } from '../policy/operation-checks.ts';
import type { OverrideLabels } from '../policy/override-labels.ts';
import type { UsageCounter } from '../telemetry/usage/usage-counter.ts';
import type { Explanations } from './explanation.ts';
import type { FaultInjection } from './fault-injection.ts';
import type { Hooks } from './hooks.ts';
import type { MockedResults } from './mocked-results.ts';
import type { PreparationQueue } from './preparation-queue.ts';
import type { ResponseCachingOptions } from './response-caching.ts';

export interface PipelineOptions extends ResponseCachingOptions {
  operationChecks: OperationChecks;
  /** Null where usage is not counted. */
  usage: UsageCounter | null;
  /** Documents that may be executed. */
  documents: DocumentSettings;
  /** Limit of an operation's variables as JSON text. */
  variablesLimit: VariablesLimit;
  /** Queue for the preparation of new documents; null to prepare them at once. */
  preparation: PreparationQueue | null;
  /** Hooks of the configuration; null where there are none. */
  hooks: Hooks | null;
  /** Controls of operators; null where there can be none. */
  controls: Controls | null;
  /** Null where the graph has no progressive overrides. */
  overrideLabels: OverrideLabels | null;
  /** Null where no subgraph is mocked. */
  mocked: MockedResults | null;
  /** Null where no request can have faults. */
  faults: FaultInjection | null;
  /** Null where no caller gets explanations. */
  explanations: Explanations | null;
  /** Whether functions of the configuration are a part of operations. */
  runsOwnCode: boolean;
  /** Whether responses have `Server-Timing`. */
  hasServerTiming: boolean;
}

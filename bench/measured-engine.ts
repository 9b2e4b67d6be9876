// Engine that is measured: what every measurement has in common, which fails where an operation is not planned.
import { Engine, type EngineOptions } from '../gateway/engine/engine.ts';

type Common = 'errorMode' | 'maxDocuments' | 'maxDocumentBytes' | 'mask' | 'onSubgraphErrors' | 'onUnplanned';

export function measuredEngine(options: Omit<EngineOptions, Common>): Engine {
  return new Engine({
    ...options,
    errorMode: 'coded',
    maxDocuments: 10,
    maxDocumentBytes: 100_000_000,
    mask: (error) => {
      throw error;
    },
    onSubgraphErrors() {},
    onUnplanned(_operation, reason) {
      throw new Error(`It is not planned: ${reason}`);
    },
  });
}

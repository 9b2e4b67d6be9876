// Response serializer: generated code that writes a response's data as JSON text straight from the subgraphs'
// responses. It handles responses without any problem. At the first unexpected value it bails out, and `complete.ts`
// does the work again on the slow path.
import type { EscapeSet } from '../../json/escape-set.ts';
import { NumberText } from '../../json/number-text.ts';
import type { Plan } from '../../query-plan/plan.ts';
import { chunks, releaseChunks, stringWriterFor, type WriteString } from './chunks.ts';
import { generateFunction } from './generated-code.ts';
import type { ResponseObject } from './response-object.ts';
import { SerializerCodegen } from './serializer-codegen.ts';

/**
 * Writes the whole result, `{"data":{…}}`, as JSON text; null if something in it needs the slow path.
 * @param escapes characters that strings must be searched for.
 */
export type Serializer = (root: ResponseObject, escapes: EscapeSet) => string | null;

/** Thrown by generated code that meets a value it does not handle. */
const BAIL_OUT = new Error('bail out');

/** Null where this process may not generate code. */
export function compileSerializer(plan: Plan): Serializer | null {
  const codegen = new SerializerCodegen(plan);
  const source = codegen.source();
  const { texts, sets, typeNames, symbols } = codegen.data;
  const write = generateFunction<(root: ResponseObject, write: WriteString) => number>(source, {
    out: chunks,
    texts,
    sets,
    typeNames,
    symbols,
    BAIL_OUT,
    NumberText,
  });
  if (!write) return null;
  return (root, escapes) => {
    try {
      chunks.length = write(root, stringWriterFor(escapes));
      return chunks.join('');
    } catch (error) {
      // A value that is nested too deeply to be written is reported at its path.
      if (error === BAIL_OUT || error instanceof RangeError) return null;
      throw error;
    } finally {
      releaseChunks();
    }
  };
}

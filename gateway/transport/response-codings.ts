// Content codings of subgraphs' responses (RFC 9110, section 8.4), decoded within the bound on responses.
import { brotliDecompress, gunzip, type InputType, zstdDecompress } from 'node:zlib';

type Decompress = (
  body: InputType,
  options: { maxOutputLength: number },
  done: (error: Error | null, decoded: Buffer) => void,
) => void;

/** Decodes a body that was read whole; `done` is called once: with its bytes, or with what is wrong with it. */
export type Decode = (body: Buffer, maxBytes: number, done: (decoded: Buffer | string) => void) => void;

/** Value of Accept-Encoding: the service chooses among these. */
export const acceptedCodings = 'gzip, br, zstd';

const decoders = new Map<string, Decode>([
  ['gzip', decoder('gzip', gunzip)],
  ['x-gzip', decoder('gzip', gunzip)],
  ['br', decoder('br', brotliDecompress)],
  ['zstd', decoder('zstd', zstdDecompress)],
]);

/** Codings of a body as it is: Yoga names `none` for event streams. */
const plain = new Set(['', 'identity', 'none']);

/**
 * The decoder for a value of Content-Encoding: null for a body as it is, `unknown` for a coding that was not accepted,
 * and for several.
 */
export function decoderFor(contentEncoding: string | string[] | undefined): Decode | null | 'unknown' {
  if (contentEncoding === undefined) return null;
  const coding = String(contentEncoding).trim().toLowerCase();
  return plain.has(coding) ? null : (decoders.get(coding) ?? 'unknown');
}

/** What is wrong with a response in a coding that was not accepted. */
export function unknownCoding(contentEncoding: string | string[] | undefined): string {
  return `the content coding ${JSON.stringify(String(contentEncoding).slice(0, 40))} was not accepted`;
}

function decoder(name: string, decompress: Decompress): Decode {
  return (body, maxBytes, done) => {
    decompress(body, { maxOutputLength: maxBytes }, (error, decoded) => {
      if (!error) done(decoded);
      else if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
        done(`the response, ${body.length} bytes of ${name}, is longer than ${maxBytes} bytes`);
      } else done(`the response of ${body.length} bytes is not valid ${name}, the coding in its header`);
    });
  };
}

// Comparison of the gateway's connections with undici: equal, or stricter.
import { isDeepStrictEqual } from 'node:util';
import { Random } from '../random.ts';
import { type GeneratedResponse, generateResponse } from './generated.ts';
import { byGateway, byUndici, type Outcome } from './outcomes.ts';

/** Cases by what both made of them. */
export type Outcomes = Record<string, number>;

/** @returns what is wrong, with the bytes; null where nothing is. */
export async function compareResponse(seed: number, outcomes: Outcomes): Promise<string | null> {
  const response = generateResponse(new Random(seed));
  const [own, undici] = [byGateway(response), await byUndici(response)];
  const kinds = `${own.kind}/${undici.kind}`;
  outcomes[kinds] = (outcomes[kinds] ?? 0) + 1;
  return isAllowed(own, undici, response.bytes.toString('latin1')) ? null : describe(seed, response, own, undici);
}

function isAllowed(own: Outcome, undici: Outcome, text: string): boolean {
  // undici takes no interim response with status 100 (RFC 9110, section 15.2: a client has to).
  if (/^HTTP\/1\.[01] 100/m.test(text)) return true;
  if (own.kind === 'error') return true;
  // What is wrong with a head may be found when all of it is there.
  if (own.kind === 'open') return undici.kind !== 'response';
  return (
    undici.kind === 'response' &&
    own.status === undici.status &&
    own.body === undici.body &&
    isDeepStrictEqual(sorted(own.fields), sorted(undici.fields))
  );
}

function sorted(fields: Readonly<Record<string, string | string[]>>): unknown {
  return (
    Object.entries(fields)
      .filter(([name]) => name !== '__proto__')
      // undici leaves tabs at the end of a value.
      .map(([name, value]) => [name, [value].flat().map((each) => each.trimEnd())] as const)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
  );
}

function describe(seed: number, { bytes, pieces, ends }: GeneratedResponse, own: Outcome, undici: Outcome): string {
  const received = `${JSON.stringify(bytes.toString('latin1'))} in pieces of ${pieces.join(', ')}${ends ? ', then the end' : ''}`;
  return `Seed ${seed}: ${received}\nthe gateway: ${JSON.stringify(own)}\nundici: ${JSON.stringify(undici)}`;
}

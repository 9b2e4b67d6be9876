import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withoutControls } from '../telemetry/log-text.ts';
import type { RequestEnd } from './recent-requests.ts';
import type { RequestContext } from './request-context.ts';
import { RequestFields } from './request-fields.ts';

/** Also control characters, characters that end a line elsewhere, and halves of surrogate pairs. */
const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('"', '\\', '\u0000', '\n', '\u007f', '\u009b', '\u2028', '\ud83d', '\udca1', 'é', '/'),
  }),
  fc.string({ minLength: 250, maxLength: 300 }).map((text) => `${text}💡`),
);
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
const orNull = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null });
const anyNumber = fc.oneof(
  fc.double({ min: 0, max: 2_000 }),
  fc.double(),
  fc.nat(),
  fc.constantFrom(-0, -0.04, 0.05, 999.95),
);
const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });

const call = fc.record({
  subgraph: fc.oneof(fc.constantFrom('products', 'reviews'), anyText),
  outcome: fc.constantFrom('ok', 'ok', 'ok', 'SUBGRAPH_TIMEOUT', 'CANCELLED'),
  duration: anyNumber,
  attempts: maybe(fc.nat()),
  queued: maybe(anyNumber),
  events: maybe(fc.nat()),
  requests: maybe(fc.nat()),
  detail: maybe(anyText),
});

/** Few of them, so that requests follow one another that differ in one part. */
const measured = [{ document: 'a'.repeat(64) }, { document: 'b'.repeat(64) }];
const plans = [
  { root: null, fetches: [] },
  { root: null, fetches: [{}] },
];

const context = fc.record({
  requestId: anyText,
  client: orNull(fc.oneof(fc.constantFrom('shop', 'admin'), anyText)),
  tenant: orNull(fc.record({ name: anyText })),
  address: fc.oneof(fc.constantFrom('', '127.0.0.1'), anyText),
  requestHeaders: fc.record({ 'user-agent': maybe(anyText) }),
  identity: orNull(fc.record({ key: anyText })),
  isBatch: fc.constant(false),
  operation: maybe(fc.oneof(fc.constantFrom('A', 'B'), anyText)),
  measured: orNull(fc.constantFrom(...measured)),
  plan: orNull(fc.constantFrom(...plans)),
  cost: orNull(fc.record({ estimated: anyNumber, actual: orNull(anyNumber) })),
  cacheOutcome: orNull(fc.constantFrom('hit', 'miss', 'stale')),
  trace: orNull(fc.record({ traceId: hex(32), spanId: hex(16) })),
  calls: fc.array(call, { maxLength: 4 }),
});

const end = fc.record({
  method: fc.constantFrom(undefined, 'GET', 'POST', 'M-SEARCH'),
  path: fc.oneof(fc.constantFrom('/graphql', '/'), anyText),
  status: fc.constantFrom(200, 204, 304),
  bytes: maybe(fc.nat()),
});

const options = fc.record({
  personal: fc.boolean(),
  sample: fc.constantFrom(1, 0.5, 1e-7),
  subgraphErrors: fc.constantFrom('messages' as const, 'codes' as const),
});

const part = fc.constantFrom(
  ...(['client', 'operation', 'measured', 'plan', 'calls', 'method', 'path', 'status', 'bytes'] as const),
);

test('the text of a line is the JSON of its fields, also after lines that differ in one of them', () => {
  const request = fc.record({ context, end, duration: anyNumber });
  const changes = fc.array(fc.tuple(part, request), { maxLength: 8 });
  fc.assert(
    fc.property(options, request, changes, (config, first, others) => {
      const fields = new RequestFields(config);
      const values: Record<string, unknown> = { ...first.context, ...first.end };
      for (const [name, other] of [['calls', first] as const, ...others]) {
        values[name] = { ...other.context, ...other.end }[name];
        const [own, requestEnd] = [values as unknown as RequestContext, values as unknown as RequestEnd];
        const { duration } = other;
        const json = JSON.stringify({ level: 30, time: 1, ...fields.of(own, requestEnd, duration), msg: 'request' });
        expect(fields.line(own, requestEnd, duration, 30, 1)).toBe(withoutControls(`${json}\n`));
      }
    }),
    { numRuns: 300 },
  );
});

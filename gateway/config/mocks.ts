// Configuration option `subgraphs.<name>.mocks`: the service is mocked, in development alone.
import { z } from 'zod';
import { ConfigError } from './config-error.ts';

const message = "give true, or an object such as { seed: 'shop', overrides: { Product: { name: () => 'Lamp' } } }";

export const mocksSection = z.union(
  [
    z.boolean(),
    z.strictObject({
      /**
       * Other values for another seed, the same values for the same one. Default: the subgraph's name.
       * @example 'shop'
       */
      seed: z.union([z.string(), z.number()], 'give a text or a number').optional(),
      /**
       * Resolvers or values of fields, by type: `{ Product: { name: (product) => `No. ${product.id}` } }`. For a custom
       * scalar or an enum: a function that returns its value. Default: none.
       * @example { Product: { name: () => 'Lamp' } }
       */
      overrides: z
        .custom<Readonly<Record<string, unknown>>>(
          (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
          "give an object of resolvers by type: { Product: { name: () => 'Lamp' } }",
        )
        .optional(),
    }),
  ],
  message,
);

type Mocks = z.output<typeof mocksSection> | undefined;
type Subgraphs = Readonly<Record<string, { mocks?: Mocks }>>;

/** Settings of the mocks of a subgraph; null where it is not mocked. */
export function mockSettings(
  name: string,
  mocks: Mocks,
): { seed: string; overrides: Readonly<Record<string, unknown>> } | null {
  if (mocks === undefined || mocks === false) return null;
  const { seed = name, overrides = {} } = mocks === true ? {} : mocks;
  return { seed: String(seed), overrides };
}

/** Names of the subgraphs that are mocked. */
export function mockedSubgraphs({ subgraphs }: { subgraphs: Subgraphs }): string[] {
  return Object.entries(subgraphs).flatMap(([name, { mocks }]) => (mockSettings(name, mocks) ? [name] : []));
}

/** @throws ConfigError where a subgraph is mocked. */
export function rejectMocks(config: { subgraphs: Subgraphs }): void {
  const names = mockedSubgraphs(config);
  if (names.length === 0) return;
  const options = names.map((name) => `subgraphs.${name}.mocks`).join(', ');
  throw new ConfigError(
    `${options}: mocks are for development, and clients would take what they invent for data. Remove ` +
      `${names.length === 1 ? 'it' : 'them'}, or start with \`concierge dev\`.`,
  );
}

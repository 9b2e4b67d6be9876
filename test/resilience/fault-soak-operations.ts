// Operations of the soak test, and the check of a response against what its caller has to get: values that are missing
// need an error at their place, and all others have to be exactly these.
import { filler } from './fault-soak-services.ts';

export interface Operation {
  kind: 'query' | 'mutation' | 'subscription';
  query: string;
  /** @param stamp the caller, and the number of the request. */
  expected(user: string, stamp: string, first: number): unknown;
}

const list = (first: number, item: (id: string) => object) =>
  Array.from({ length: first }, (_, index) => item(String(index)));

export const operations: readonly Operation[] = [
  {
    ...{ kind: 'query', query: '{ me { id owner } }' },
    expected: (user, stamp) => ({ me: { id: user, owner: stamp } }),
  },
  {
    ...{ kind: 'query', query: 'query ($first: Int!) { me { owner items(first: $first) { id name mine price } } }' },
    expected: (_, stamp, first) => ({
      me: {
        owner: stamp,
        items: list(first, (id) => ({ id, name: `item ${id}`, mine: `${id} of ${stamp}`, price: Number(id) * 100 })),
      },
    }),
  },
  {
    ...{ kind: 'query', query: 'query ($first: Int!) { items(first: $first) { name mine price } me { owner } }' },
    expected: (_, stamp, first) => ({
      items: list(first, (id) => ({ name: `item ${id}`, mine: `${id} of ${stamp}`, price: Number(id) * 100 })),
      me: { owner: stamp },
    }),
  },
  {
    ...{ kind: 'query', query: 'query ($first: Int!) { large: items(first: $first) { mine filler } }' },
    expected: (_, stamp, first) => ({ large: list(first, (id) => ({ mine: `${id} of ${stamp}`, filler })) }),
  },
  {
    ...{ kind: 'query', query: '{ rates { from value } }' },
    expected: () => ({ rates: [{ from: 'EUR', value: 1 }] }),
  },
  {
    ...{ kind: 'mutation', query: 'mutation ($text: String!) { note(text: $text) { text by item { mine } } }' },
    expected: (_, stamp) => ({ note: { text: stamp, by: stamp, item: { mine: `1 of ${stamp}` } } }),
  },
  {
    ...{ kind: 'subscription', query: 'subscription ($first: Int!) { ticks(count: $first) { n by item { mine } } }' },
    // Of one event; its number is the last argument.
    expected: (_, stamp, n) => ({ ticks: { n, by: stamp, item: { mine: `${n} of ${stamp}` } } }),
  },
];

export type Path = readonly (string | number)[];

/** Calls back for each difference that no error explains. @param errors paths of errors. */
export function compare(
  expected: unknown,
  received: unknown,
  errors: readonly Path[],
  differs: (path: Path, received: unknown) => void,
  path: Path = [],
): void {
  if (received === null && expected !== null) {
    if (!errors.some((error) => isWithin(error, path) || isWithin(path, error))) differs(path, received);
  } else if (typeof expected !== 'object' || expected === null) {
    if (received !== expected) differs(path, received);
  } else if (typeof received !== 'object' || Array.isArray(expected) !== Array.isArray(received)) {
    differs(path, received);
  } else {
    const [these, those] = [expected as Record<string, unknown>, received as Record<string, unknown>];
    const keys = Object.keys(these);
    if (keys.length !== Object.keys(those).length || keys.some((key) => !(key in those))) differs(path, received);
    const isList = Array.isArray(expected);
    for (const key of keys) compare(these[key], those[key], errors, differs, [...path, isList ? Number(key) : key]);
  }
}

function isWithin(path: Path, outer: Path): boolean {
  return outer.every((step, index) => path[index] === step);
}

// Cases of the performance gate: each with its load, and the same configuration of both states.

import { join } from 'node:path';
import type { Cores } from '../run/cores.ts';
import { repository } from '../run/gateways.ts';
import { eventLoad } from './event-load.ts';
import { requestLoad } from './request-load.ts';
import type { Load } from './slices.ts';

export type Case = LoadCase | { name: 'start'; load: null };

export type LoadCase = {
  name: string;
  /** A slice takes so many times the usual: garbage collections of large responses are longer. */
  times: number;
  load(cores: Cores): Promise<Load>;
};

/** As Chromium sends them with a `fetch` of a page of another origin that has a session. */
const browserHeaders = {
  connection: 'keep-alive',
  'sec-ch-ua-platform': '"macOS"',
  'user-agent':
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) ' +
    'Chrome/141.0.0.0 Safari/537.36',
  'sec-ch-ua': '"Google Chrome";v="141", "Not?A_Brand";v="8", "Chromium";v="141"',
  'sec-ch-ua-mobile': '?0',
  accept: '*/*',
  origin: 'https://shop.example',
  'sec-fetch-site': 'cross-site',
  'sec-fetch-mode': 'cors',
  'sec-fetch-dest': 'empty',
  referer: 'https://shop.example/',
  'accept-encoding': 'gzip, deflate, br, zstd',
  'accept-language': 'en-GB,en-US;q=0.9,en;q=0.8,de;q=0.7',
  cookie:
    'session=5f0c9d0e7b1f4d5c8a2e6b3f9d7c1a40; theme=dark; consent=1.1.0; cart=3e1b7a52-0d5f-4c1e-9b0e-7f5e2c9a8d61',
  priority: 'u=1, i',
};

const configuration = (path: string) => join(repository, 'bench', path);

const cases: readonly Case[] = [
  { name: 'large', times: 3, load: requestLoad({ query: 'large' }) },
  { name: 'small-three', times: 1, load: requestLoad({ query: 'small-three' }) },
  { name: 'small-one', times: 1, load: requestLoad({ query: 'small-one' }) },
  {
    name: 'browser',
    times: 1,
    load: requestLoad({
      query: 'small-one',
      headers: browserHeaders,
      config: configuration('policies/cors.config.ts'),
    }),
  },
  {
    name: 'cached',
    times: 1,
    load: requestLoad({
      query: 'small-three',
      config: configuration('caching/responses.config.ts'),
      isCached: true,
      burst: 600,
    }),
  },
  { name: 'events', times: 1, load: eventLoad },
  { name: 'start', load: null },
];

/** Takes names as given on the command line, all of them unless given; throws on one that no case has. */
export function casesNamed(given: readonly string[] | undefined): readonly Case[] {
  if (!given) return cases;
  return given.map((name) => {
    const found = cases.find((each) => each.name === name);
    if (found) return found;
    throw new Error(`There is no case "${name}"; there are ${cases.map((each) => each.name).join(', ')}.`);
  });
}

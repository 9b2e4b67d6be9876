// Configuration of a supergraph that is fetched: from a URL, such as that of a CDN, or from Apollo Uplink.
import { z } from 'zod';
import { fixedHeaders } from './headers.ts';
import { duration, isHttpUrl } from './values.ts';

const httpUrl = z
  .string('give a URL such as "https://cdn.example.com/supergraph"')
  .refine(isHttpUrl, 'give a URL such as "https://cdn.example.com/supergraph"');

const times = {
  /**
   * Interval at which changes are looked for, give or take a tenth. In milliseconds, or as text such as "30s"; `false` for
   * never. Default: 10 s.
   * @example '30s'
   */
  poll: z.union([z.literal(false), duration], 'give a duration such as "30s", or false').default('10s'),
  /**
   * How long a request may take. In milliseconds, or as text such as "10s". Default: 10 s.
   * @example '5s'
   */
  timeout: duration.default('10s'),
};

const fromUrl = z.strictObject({
  /**
   * URL of the SDL. Required.
   * @example 'https://cdn.graphql-hive.com/artifacts/v1/TARGET/supergraph'
   */
  url: httpUrl,
  /**
   * Header fields of the requests, such as the key of a CDN. Default: none.
   * @example { 'x-hive-cdn-key': env('HIVE_CDN_KEY') }
   */
  headers: fixedHeaders.optional(),
  ...times,
});

const fromUplink = z.strictObject({
  /**
   * Graph in Apollo GraphOS with its variant. Required.
   * @example 'shop@production'
   */
  graphRef: z
    .string('give a graph such as "shop@production"')
    .regex(/^[\w-]+@[\w.-]+$/, 'give a graph such as "shop@production"'),
  /**
   * API key of the graph. Required.
   * @example env('APOLLO_KEY')
   */
  key: z.string('give the API key of the graph').min(1, 'give the API key of the graph'),
  /**
   * Addresses of Uplink, tried in turn. Default: those of Apollo.
   * @example ['https://uplink.api.apollographql.com/']
   */
  endpoints: z
    .array(httpUrl, 'give a list of URLs')
    .min(1, 'give a list of URLs')
    .default(['https://uplink.api.apollographql.com/', 'https://aws.uplink.api.apollographql.com/']),
  ...times,
});

export const remoteSupergraph = z.union(
  [fromUrl, fromUplink],
  'give a file, an object such as { url: "https://cdn.example.com/supergraph" }, or { graphRef: "shop@production", key: … }',
);

export type RemoteSupergraph = z.output<typeof remoteSupergraph>;

export function isRemote(supergraph: unknown): supergraph is RemoteSupergraph {
  return typeof supergraph === 'object' && supergraph !== null;
}

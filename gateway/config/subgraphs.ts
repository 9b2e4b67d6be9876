// Configuration section `subgraphs`: one service, its addresses, its SDL, and what differs for it from the common
// sections.
import { z } from 'zod';
import { serviceHeaders } from './cache.ts';
import { connectSection } from './connect.ts';
import { devService } from './dev-service.ts';
import { forward } from './forwarding.ts';
import { fixedHeaders } from './headers.ts';
import { introspectedSchema } from './introspected-schema.ts';
import { mocksSection } from './mocks.ts';
import { transformsSection } from './renames.ts';
import { balance, breaker, eject, healthCheck, hedge, queue, retry } from './resilience.ts';
import { signSection } from './sign.ts';
import { subgraphErrorsSection } from './subgraph-errors.ts';
import { grpcAddresses } from './subgraph-grpc.ts';
import { subgraphSubscriptions } from './subgraph-subscriptions.ts';
import { addresses } from './subgraph-urls.ts';
import { subgraphTls } from './tls.ts';
import { count, duration, filePath, size } from './values.ts';

/** Name of a service. */
export const subgraphName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]*$/, 'a name is letters, digits, "-" and "_", and begins with a letter');

/** Directives of the gateway, as defined in `schema/directives.graphql`. */
export const ownDirectiveNames = [
  'authenticated',
  'requiresScopes',
  'policy',
  'inaccessible',
  'declassified',
  'rateLimit',
  'cost',
  'listSize',
  'cacheControl',
  'invalidates',
  'fallback',
  'tag',
  'key',
  'merge',
  'computed',
  'canonical',
  'subscribe',
  'grpc',
  'grpcField',
  'grpcEnum',
  'grpcMessage',
] as const;

const meaningMessage = "give 'ignore', or the gateway's directive that it stands for: { is: 'signedIn' }";

export const schemaMessage =
  'give a file path, relative to the configuration file, a list of them, a glob, SDL, or { introspect: true }';

export const subgraphSection = z.strictObject(
  {
    /**
     * GraphQL endpoint of the service: one address, or a list of them between which requests are balanced. `{ dns }`:
     * all IP addresses of a host name. `{ file }`: the list of a JSON file, which is watched. `unix:/run/users.sock`
     * (or `unix:/run/users.sock:/path`): a Unix domain socket. Required, unless a supergraph has it, or it is a REST
     * service, whose SDL has it.
     * @example 'http://127.0.0.1:4001/graphql'
     */
    url: addresses.optional(),
    /**
     * Address of a service that speaks gRPC, in place of `url`: host and port, or a target such as
     * `dns:///payments:50051`, whose IP addresses get calls in turn; `grpcs://` for TLS, which `tls` sets as well. A list:
     * all of them get calls in turn. See docs/grpc-services.md. Default: the service speaks GraphQL.
     * @example 'payments:50051'
     */
    grpc: grpcAddresses.optional(),
    /**
     * Descriptors of a service that speaks gRPC, with all files that they import: a FileDescriptorSet, which
     * `concierge compose` fetches from a service with server reflection, and protoc and buf write. Required with `grpc`.
     * @example 'schema/payments.binpb'
     */
    descriptors: filePath.optional(),
    /**
     * Choice of the address of a request. `fastest`: of two that are drawn, the one with the lower latency times
     * requests in flight. `leastBusy`: the one with the fewest requests in flight. `roundRobin`: in turn. Default:
     * `fastest`.
     * @example 'leastBusy'
     */
    balance: balance.optional(),
    /**
     * Time-out of a connection to an address, with TLS. In milliseconds, or as text. Default: "1s".
     * @example '3s'
     */
    connectTimeout: duration.optional(),
    /**
     * Age at which a connection gets no more requests, so that new instances behind one address get theirs; less a
     * random part of up to a fifth. In milliseconds, or as text. Default: "5m".
     * @example '1m'
     */
    connectionAge: duration.optional(),
    /**
     * Addresses that fail several times in a row get no requests for a while; `false` for never. A single address
     * always gets them. Default: those below.
     * @example { failures: 3, time: '10s' }
     */
    eject: eject.optional(),
    /**
     * Checks each address by requests of the gateway's own. Default: none.
     * @example { path: '/ready', every: '5s' }
     */
    healthCheck: healthCheck.optional(),
    /**
     * Sends queries once more after failures of a connection and the statuses 502, 503 and 504, and mutations where
     * nothing was sent or the service honours keys; `false` for never. Default: those below.
     * @example { maxAttempts: 3, budget: 0.2 }
     */
    retry: retry.optional(),
    /**
     * Sends a query to another address as well when it takes longer than 99 of 100 requests for the same fetch, and
     * takes the first response. Default: false.
     * @example { budget: 0.05 }
     */
    hedge: hedge.optional(),
    /**
     * Circuit breaker: while most requests fail, none is sent, and fields of the service fail at once with
     * `SUBGRAPH_CIRCUIT_OPEN`; `false` for none. Default: those below.
     * @example { failures: 0.8, open: '10s' }
     */
    breaker: breaker.optional(),
    /**
     * The service's schema: an SDL file, with its stitching directives, which `concierge compose` refreshes; a glob; a
     * list of files and globs; SDL; or a file with the JSON of an introspection. `{ introspect: true }`: fetched from
     * the service at each start; while the service is down, the copy of the last start. A supergraph has it. Required,
     * unless a supergraph has it.
     * @example 'schema/subgraphs/users.graphql'
     */
    schema: z.union([filePath, z.array(filePath).min(1, schemaMessage), introspectedSchema], schemaMessage).optional(),
    /**
     * Time-out of one request to the service, in all. In milliseconds, or as text such as "30s". Default: the common
     * `timeout`.
     * @example '2s'
     */
    timeout: duration.optional(),
    /**
     * Maximum number of requests in flight to the service, subscriptions aside, and with it of connections to each
     * address. Requests for the same fields have three quarters of it at most. Default: 200.
     * @example 50
     */
    concurrency: count('requests').optional(),
    /**
     * Queries and mutations beyond `concurrency` wait; those that cannot fail with `SUBGRAPH_OVERLOADED`; `false` to
     * let none wait. Default: those below.
     * @example { max: 500, maxTime: '1s' }
     */
    queue: queue.optional(),
    /**
     * Highest version of HTTP of connections to https URLs. `2`: where the service offers it. Subscriptions use
     * HTTP/1.1. Default: `1.1`.
     * @example '2'
     */
    http: z.enum(['1.1', '2'], { error: 'give "1.1" or "2"' }).optional(),
    /**
     * Authorities and client certificate of connections to https URLs, in place of the whole common `subgraphTls`.
     * Default: `subgraphTls`.
     * @example { ca: 'tls/services-ca.pem', cert: 'tls/gateway.pem', key: 'tls/gateway-key.pem' }
     */
    tls: subgraphTls.optional(),
    /**
     * Signs every request to this service: see docs/security.md. Default: none.
     * @example { hmac: { secret: env('SHOP_SIGNING_SECRET') } }
     */
    sign: signSection.optional(),
    /**
     * Maximum size of a response, decoded as well, and of one event of a subscription. In bytes, or as text such as
     * "1mb". Default: 32 MiB.
     * @example '8mb'
     */
    maxResponseBytes: size.optional(),
    /**
     * Whether the service may compress its responses (gzip, br, zstd). Default: true.
     * @example false
     */
    compression: z.boolean('give true or false').optional(),
    /**
     * Maximum number of keys in one entity fetch; more are sent in several requests at the same time. Default: 500.
     * @example 100
     */
    maxKeys: count('keys').optional(),
    /**
     * Maximum cost that one operation may cause at the service, estimated as `limits.cost` is; a fetch beyond it is left
     * out, with SUBGRAPH_COST_EXCEEDED. Default: none.
     * @example 2_000
     */
    maxCost: count('the cost').optional(),
    /**
     * Subscriptions to this service. Default: those below.
     * @example { max: 1000, end: 'close' }
     */
    subscriptions: subgraphSubscriptions.optional(),
    /**
     * Overrides the common `cache` section. Default: as in `cache`.
     * @example { serviceHeaders: 'ignore' }
     */
    cache: z
      .strictObject(
        {
          /**
           * Whether the service's `Cache-Control` can shorten the lifetimes of the schema. Default: as in `cache`.
           * @example 'ignore'
           */
          serviceHeaders: serviceHeaders.optional(),
        },
        'give an object such as { serviceHeaders: "ignore" }',
      )
      .optional(),
    /**
     * Header fields that the gateway sends with every request to this service, such as a key of its own. Default: none.
     * @example { 'x-api-key': env('SHOP_KEY') }
     */
    headers: fixedHeaders.optional(),
    /**
     * What is forwarded to this service, in place of the whole common `forward` section. Default: the common section.
     * @example { headers: ['accept-language'] }
     */
    forward: forward.optional(),
    /**
     * Meaning of directives in the SDL that have the name of one of the gateway's directives and another definition.
     * `ignore`: the service's own directive, without a meaning for the gateway. `{ is: 'signedIn' }`: the gateway's
     * directive is called `@signedIn` in this SDL. Default: none.
     * @example { rateLimit: 'ignore', authenticated: { is: 'signedIn' } }
     */
    directives: z
      .partialRecord(
        z.enum(ownDirectiveNames, `name one of the gateway's directives: ${ownDirectiveNames.join(', ')}`),
        z.union(
          [
            z.literal('ignore'),
            z.strictObject({
              /**
               * Name of the gateway's directive in this SDL. Required.
               * @example 'signedIn'
               */
              is: subgraphName,
            }),
          ],
          meaningMessage,
        ),
      )
      .optional(),
    /**
     * Renames types and fields of the service in the graph, and excludes parts of its schema. Default: none.
     * @example { prefix: 'shop_', exclude: ['Query.adminUsers'] }
     */
    transforms: transformsSection.optional(),
    /**
     * What reaches clients of the service's own errors besides their messages: see `subgraphErrors`. Default: the code
     * alone.
     * @example { extensions: ['fields'] }
     */
    errors: subgraphErrorsSection.optional(),
    /**
     * In development, invents the service's responses from its schema, in place of requests to it. Default: false.
     *
     * @example
     * { seed: 'shop', overrides: { Product: { name: (product) => `No. ${product.id}` } } }
     */
    mocks: mocksSection.optional(),
    /**
     * What the connectors of a REST service use: see docs/rest-services.md. Default: none.
     * @example { config: { region: 'eu' } }
     */
    connect: connectSection.optional(),
    /**
     * How `concierge dev` starts the service beside the gateway. Default: it is started by hand.
     * @example { command: ['node', 'server.ts'], watch: ['server.ts'] }
     */
    dev: devService.optional(),
  },
  'give an object such as { url: "http://127.0.0.1:4001/graphql", schema: "schema/subgraphs/users.graphql" }',
);

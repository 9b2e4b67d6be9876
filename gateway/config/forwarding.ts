// Configuration section `forward`: the identity and the client headers that are sent to subgraphs.
import { z } from 'zod';
import type { AuthenticationConfig } from './authentication.ts';
import { claimPath } from './claims.ts';
import { clientAddressProblem, headerName, neverForwardedReason, neverSentReason } from './headers.ts';
import { algorithmsFor, keyText, readPrivateKey, secretText } from './keys.ts';
import { duration } from './values.ts';

const addressHeader = headerName.refine((name) => clientAddressProblem(name) === undefined, {
  error: ({ input }) => `it cannot carry the client's address: ${clientAddressProblem(String(input).toLowerCase())}`,
});

const claim = z.string('give the name of a claim').min(1, 'give the name of a claim, such as "sub"');

const signed = z
  .strictObject({
    /**
     * Header that carries the statement. Default: `x-concierge-identity`.
     * @example 'x-shop-identity'
     */
    header: headerName.default('x-concierge-identity'),
    /**
     * Secret shared with the subgraphs: signs with HS256. Default: none: one of `secret` and `key` is required.
     * @example env('IDENTITY_SECRET')
     */
    secret: secretText.optional(),
    /**
     * In place of `secret`: a private key as PEM text or as a JWK; subgraphs verify with the public one. Default: none:
     * one of `secret` and `key` is required.
     * @example file('/run/secrets/identity.pem')
     */
    key: keyText('give a private key as PEM text or as a JWK').optional(),
    /**
     * Claims besides subject, issuer, scopes and roles. Default: none.
     * @example ['tenant']
     */
    claims: z.array(claim, 'give a list of claims').default([]),
    /**
     * Lifetime of a signed statement; a new one is made before it expires. In milliseconds, or as text such as "30s".
     * Default: 5 minutes.
     * @example '1m'
     */
    expires: duration.default('5m'),
  })
  .superRefine(({ secret, key }, context) => {
    const problem = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if ((secret === undefined) === (key === undefined)) problem('secret', 'give one of secret and key, and only one');
    if (key === undefined) return;
    try {
      algorithmsFor(readPrivateKey(key));
    } catch (error) {
      problem('key', `give a private key as PEM text or as a JWK: ${(error as Error).message}`);
    }
  });

export const forward = z
  .strictObject(
    {
      /**
       * Whether the client's own token, once verified, is forwarded as `Authorization: Bearer …`. Default: false.
       * @example true
       */
      token: z.boolean('give true or false').default(false),
      /**
       * Client headers that are forwarded unchanged, such as `authorization` and `cookie`; no others are. What is in
       * them is not verified for it. Default: none.
       * @example ['accept-language', 'cookie']
       */
      headers: z.array(headerName, 'give a list of header names').max(100, 'give at most 100 headers').default([]),
      /**
       * Headers that each carry a claim: { "x-user-id": "sub" }. Default: none.
       * @example { 'x-user-id': 'sub' }
       */
      claims: z
        .record(headerName, claimPath, 'give an object of header names and claims, such as { "x-user-id": "sub" }')
        .default({}),
      /**
       * Header that carries the client's IP address, as found through `trustedProxies`, in place of anything that
       * clients send: `forwarded` has the form of RFC 7239, any other name the bare address. Default: none.
       * @example 'forwarded'
       */
      clientAddress: addressHeader.optional(),
      /**
       * A header with a signed statement of the caller's identity, which subgraphs can verify. Default: none.
       * @example { secret: env('IDENTITY_SECRET') }
       */
      signed: signed.optional(),
    },
    'give an object such as { headers: ["accept-language"], claims: { "x-user-id": "sub" } }',
  )
  .superRefine(({ token, headers, claims, signed, clientAddress }, context) => {
    const problem = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
    for (const [index, header] of headers.entries()) {
      const reason = neverForwardedReason(header);
      if (reason) problem(['headers', index], `it cannot be passed: ${reason}`);
      else if (header === 'authorization' && token) {
        problem(['headers', index], '`token: true` sends the verified token in it: choose one of the two');
      }
    }
    for (const header of Object.keys(claims)) {
      const reason = header === 'authorization' ? 'it is for tokens' : neverSentReason(header);
      if (reason) problem(['claims', header], `${header} cannot be set: ${reason}`);
    }
    if (clientAddress !== undefined && (Object.hasOwn(claims, clientAddress) || signed?.header === clientAddress)) {
      problem(['clientAddress'], 'this header carries the identity of the caller already');
    }
    if (!signed) return;
    const reason = signed.header === 'authorization' ? 'it is for tokens' : neverSentReason(signed.header);
    if (reason) problem(['signed', 'header'], `it cannot be set: ${reason}`);
    if (Object.hasOwn(claims, signed.header)) problem(['signed', 'header'], '`claims` sets it already');
  });

export type ForwardConfig = z.output<typeof forward>;

/** The part of a configuration that concerns forwarding. */
export interface ForwardingConfig {
  authentication: AuthenticationConfig;
  forward: ForwardConfig;
  /** A subgraph's own section replaces the common one as a whole. */
  subgraphs: Readonly<Record<string, { forward?: ForwardConfig | undefined }>>;
}

/** Whether a client's header of this name is forwarded to any subgraph. */
export function isForwarded(name: string, { forward, subgraphs }: Omit<ForwardingConfig, 'authentication'>): boolean {
  const sections = [forward, ...Object.values(subgraphs).map((subgraph) => subgraph.forward)];
  return sections.some((section) => section?.headers.includes(name));
}

/**
 * Headers that carry the caller's identity or address, here or in any subgraph's section: a client that could send one
 * could impersonate anyone. API keys are among them, because no subgraph has a use for them.
 */
export function identityHeaders({ authentication, forward, subgraphs }: ForwardingConfig): ReadonlySet<string> {
  const names = new Set<string>();
  if (authentication.identityHeader) names.add(authentication.identityHeader.name);
  if (authentication.apiKeys) names.add(authentication.apiKeys.header);
  for (const section of [forward, ...Object.values(subgraphs).map((subgraph) => subgraph.forward)]) {
    for (const name of Object.keys(section?.claims ?? {})) names.add(name);
    if (section?.signed) names.add(section.signed.header);
    if (section?.clientAddress !== undefined) names.add(section.clientAddress);
  }
  return names;
}

/** Problems of client headers on an allow-list that would carry an identity; called with the whole configuration. */
export function forwardingProblems(config: ForwardingConfig): { path: (string | number)[]; message: string }[] {
  const identity = identityHeaders(config);
  const sections: [(string | number)[], ForwardConfig | undefined][] = [
    [['forward'], config.forward],
    ...Object.entries(config.subgraphs).map(([name, subgraph]): [string[], ForwardConfig | undefined] => [
      ['subgraphs', name, 'forward'],
      subgraph.forward,
    ]),
  ];
  return sections.flatMap(([path, section]) =>
    (section?.headers ?? []).flatMap((header, index) =>
      identity.has(header)
        ? [
            {
              path: [...path, 'headers', index],
              message: 'it carries the identity or the address of the caller: clients must not set it',
            },
          ]
        : [],
    ),
  );
}

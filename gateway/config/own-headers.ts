// Header fields that the gateway sends to a service on its own account (`headers`, credentials of the address), held
// against those that `forward` and hooks send: a field is sent once.

import type { ForwardConfig } from './forwarding.ts';
import type { SignConfig } from './sign.ts';
import { type AddressesConfig, urlsOf } from './subgraph-urls.ts';

type Problem = { path: (string | number)[]; message: string };

interface OwnHeadersConfig {
  forward: ForwardConfig;
  subgraphs: Readonly<
    Record<
      string,
      {
        url?: AddressesConfig | undefined;
        headers?: Readonly<Record<string, string>> | undefined;
        forward?: ForwardConfig | undefined;
        sign?: SignConfig | undefined;
      }
    >
  >;
  hooks: { subgraphHeaders: readonly string[] };
}

/** Problems of fields that would be sent twice; called with the whole configuration. */
export function ownHeaderProblems({ forward, subgraphs, hooks }: OwnHeadersConfig): Problem[] {
  return Object.entries(subgraphs).flatMap(([name, { url, headers = {}, forward: own, sign }]) => {
    const sent = sentHeaders(own ?? forward);
    const hasCredentials = urlsOf(url).some((one) => URL.canParse(one) && new URL(one).username !== '');
    const problems: Problem[] = [];
    const sender = sent.get('authorization');
    if (hasCredentials && sender !== undefined) {
      const message = `its address has credentials, and ${sender} sends others: choose one of the two`;
      problems.push({ path: ['subgraphs', name, 'forward'], message });
    }
    for (const header of Object.keys(headers)) {
      const other = otherSender(header, sent, hooks.subgraphHeaders, hasCredentials);
      if (other === undefined) continue;
      const message = `${other} sends it too: choose one of the two`;
      problems.push({ path: ['subgraphs', name, 'headers', header], message });
    }
    for (const header of signatureHeaders(sign)) {
      const other = Object.hasOwn(headers, header)
        ? `\`headers.${header}\``
        : otherSender(header, sent, hooks.subgraphHeaders, hasCredentials);
      if (other === undefined) continue;
      const message = `the signature is sent in the header ${header}, and ${other} sends it too: choose one of the two`;
      problems.push({ path: ['subgraphs', name, 'sign'], message });
    }
    return problems;
  });
}

/** Header fields of the signature. */
function signatureHeaders({ hmac, aws }: SignConfig = {}): readonly string[] {
  if (aws) return ['authorization', 'x-amz-date', 'x-amz-security-token', 'x-amz-content-sha256'];
  return hmac ? [hmac.header] : [];
}

function otherSender(
  header: string,
  sent: ReadonlyMap<string, string>,
  ofHooks: readonly string[],
  hasCredentials: boolean,
): string | undefined {
  if (header === 'authorization' && hasCredentials) return 'the address';
  return ofHooks.includes(header) ? '`hooks.subgraphHeaders`' : sent.get(header);
}

/** The option that sends each field, by the field's name. */
function sentHeaders({ token, headers, claims, signed, clientAddress }: ForwardConfig): ReadonlyMap<string, string> {
  const sent = new Map<string, string>();
  for (const header of headers) sent.set(header, '`forward.headers`');
  for (const header of Object.keys(claims)) sent.set(header, '`forward.claims`');
  if (token) sent.set('authorization', '`forward.token`');
  if (signed) sent.set(signed.header, '`forward.signed`');
  if (clientAddress !== undefined) sent.set(clientAddress, '`forward.clientAddress`');
  return sent;
}

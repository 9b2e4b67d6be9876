// Section `responseHeaders`: header fields of services' responses that go out to clients.
import { z } from 'zod';
import { nearOrKnown } from '../did-you-mean.ts';
import { headerName, neverSentReason } from './headers.ts';
import { subgraphName } from './subgraphs.ts';

const merges = ['append', 'first', 'last'] as const;
const mergeMessage = 'give "append", "first" or "last", or an object such as { merge: "first", from: ["shop"] }';
const merge = z.enum(merges, { error: mergeMessage });

/** What becomes of several values: all that differ are sent, or one. */
export type HeaderMerge = (typeof merges)[number];

/** Header fields that the gateway or its server writes in a response. */
const written =
  /^(age|allow|cache-control|clear-site-data|date|etag|expires|last-modified|location|pragma|ratelimit|ratelimit-policy|retry-after|server|vary|via|www-authenticate|x-content-type-options|x-request-id|access-control-.+)$/;

const receivable = /^content-(language|security-policy|security-policy-report-only|disposition)$/;

/** The reason for which a service's header of this name never goes out; undefined where it may. */
function neverReceivedReason(name: string): string | undefined {
  if (receivable.test(name)) return undefined;
  return written.test(name) ? 'the gateway writes it itself' : neverSentReason(name);
}

export const responseHeadersSection = z
  .record(
    headerName,
    z.union(
      [
        merge,
        z.strictObject({
          /**
           * What becomes of several values: `append` sends all that differ, `first` and `last` one. Required.
           * @example 'first'
           */
          merge,
          /**
           * Services that may send it. Default: all.
           * @example ['shop']
           */
          from: z.array(subgraphName, 'give a list of services').min(1, 'name at least one service').optional(),
        }),
      ],
      mergeMessage,
    ),
    "give an object of header names, such as { 'set-cookie': 'append', 'x-quota': 'first' }",
  )
  .superRefine((headers, context) => {
    for (const [name, rule] of Object.entries(headers)) {
      const problem = (message: string) => context.addIssue({ code: 'custom', path: [name], message });
      const reason = neverReceivedReason(name);
      if (reason) problem(`it cannot be passed: ${reason}`);
      const written = typeof rule === 'string' ? rule : rule.merge;
      if (name === 'set-cookie' && written !== 'append') problem('cookies are sent all: give "append"');
    }
  });

export type ResponseHeadersConfig = z.output<typeof responseHeadersSection>;

/** Problems of the services that `from` names; called with the whole configuration. @param names all services. */
export function responseHeaderProblems(
  headers: ResponseHeadersConfig,
  names: readonly string[],
): { path: (string | number)[]; message: string }[] {
  return Object.entries(headers).flatMap(([header, rule]) =>
    (typeof rule === 'string' ? [] : (rule.from ?? [])).flatMap((name, index) =>
      names.includes(name)
        ? []
        : [
            {
              path: ['responseHeaders', header, 'from', index],
              message: `there is no such service${nearOrKnown(name, names)}`,
            },
          ],
    ),
  );
}

/** The merge of each header that passes from a service, by name. */
export function passedHeaders(headers: ResponseHeadersConfig, subgraph: string): ReadonlyMap<string, HeaderMerge> {
  const passed = new Map<string, HeaderMerge>();
  for (const [name, rule] of Object.entries(headers)) {
    if (typeof rule === 'string') passed.set(name, rule);
    else if (!rule.from || rule.from.includes(subgraph)) passed.set(name, rule.merge);
  }
  return passed;
}

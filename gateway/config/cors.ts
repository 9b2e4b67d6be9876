// Configuration section `cors`: web pages of other origins that may send requests and read the responses (Fetch
// standard, "CORS protocol"). Applied by `pipeline/cors.ts`.
import { z } from 'zod';
import { duration } from './values.ts';

const originMessage = 'give an origin such as "https://shop.example", or "https://*.shop.example" for all below it';

const atLeastOne = 'give at least one origin, or leave `cors` out';

const origin = z.string(originMessage).superRefine((text, context) => {
  const problem = originProblem(text);
  if (problem) context.addIssue({ code: 'custom', message: problem });
});

const headerMessage = 'give the names of response headers, such as ["x-request-id"]';

export const corsSection = z
  .strictObject(
    {
      /**
       * Origins, word for word as browsers send them; `https://*.shop.example` is every host below `shop.example`, at
       * any depth, and not `shop.example` itself; `*` alone is every page, without credentials. Required.
       * @example ['https://shop.example', 'https://*.shop.example']
       */
      origin: z.union([origin, z.array(origin).min(1, atLeastOne)], {
        // Shown only where no single origin has a problem of its own, whose message is more specific.
        error: 'give an origin such as "https://shop.example", or a list of them',
      }),
      /**
       * Whether browsers may send cookies and other credentials that they attach by themselves. Default: false.
       * @example true
       */
      credentials: z.boolean('give true or false').default(false),
      /**
       * How long browsers may cache the response to a preflight. In milliseconds, or as text such as "30s". Default: 10
       * minutes.
       * @example '1h'
       */
      maxAge: duration.default('10m'),
      /**
       * Response headers that pages may read, besides the CORS-safelisted ones. Default: Retry-After, RateLimit,
       * RateLimit-Policy, ETag and x-request-id, as far as the configuration can send them.
       * @example ['x-request-id', 'x-quota']
       */
      exposeHeaders: z
        .array(z.string(headerMessage).regex(/^[\w!#$%&'*+.^`|~-]+$/, headerMessage), headerMessage)
        .optional(),
    },
    'give an object such as { origin: "https://shop.example" }',
  )
  .superRefine(({ origin, credentials, exposeHeaders }, context) => {
    const origins = [origin].flat();
    const problem = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (credentials && exposeHeaders?.includes('*')) {
      problem(
        'exposeHeaders',
        'with credentials, "*" is the name of a header to browsers: list the headers themselves',
      );
    }
    if (!origins.includes('*')) return;
    if (origins.length > 1) problem('origin', '"*" is every origin: give it alone, or leave it out of the list');
    if (credentials) {
      problem('credentials', 'with the origin "*" any page could use the visitor\'s cookies: name the origins instead');
    }
  })
  .optional();

export type CorsConfig = NonNullable<z.output<typeof corsSection>>;

/** Describes the problem of an origin; null for one that browsers send, or a pattern of such. */
function originProblem(text: string): string | null {
  if (text === '*') return null;
  if (text === '') return originMessage;
  if (text === 'null') {
    return 'pages without an origin of their own (files, sandboxed frames) all send "null": it would allow any page';
  }
  const [scheme, host] = /^([a-z][a-z0-9+.-]*):\/\/(.+)$/i.exec(text)?.slice(1) ?? [];
  if (scheme === undefined || host === undefined) return `it has no scheme: ${originMessage}`;
  const isPattern = host.startsWith('*.');
  const plain = isPattern ? `${scheme}://x.${host.slice(2)}` : text;
  if (plain.includes('*')) return `"*." may only stand at the beginning of the host: ${originMessage}`;
  const url = URL.parse(plain);
  if (!url || url.host === '') return originMessage;
  if (isPattern && !url.hostname.slice(2).includes('.') && url.hostname !== 'x.localhost') {
    return 'it would be a whole top-level domain: name the domain below it';
  }
  // Schemes of apps, such as capacitor://localhost, have no origin by themselves.
  const sent = url.origin === 'null' ? `${url.protocol}//${url.host}` : url.origin;
  if (sent === plain) return null;
  const written = isPattern ? sent.replace('//x.', '//*.') : sent;
  return `an origin is a scheme, a host and perhaps a port, as browsers write it: give "${written}"`;
}

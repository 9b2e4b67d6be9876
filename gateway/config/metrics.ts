// Configuration sections `metrics` and `admin`: where operators reach what is not for clients.
import { z } from 'zod';
import { whole } from './values.ts';

const port = whole('give a whole number from 0 to 65535', 0, 65_535);
const host = z.string('give an address or host name').min(1, 'give an address or host name').default('127.0.0.1');

export const metricsSection = z.strictObject(
  {
    /**
     * TCP port of a listener with `/metrics` alone; 0 for any free one. Default: none.
     * @example 9464
     */
    port: port.optional(),
    /**
     * Address that it listens on; "0.0.0.0" or "::" for every network. Default: 127.0.0.1.
     * @example '0.0.0.0'
     */
    host,
    /**
     * Whether it is served over TLS, with the certificate of `tls`. Default: where there is `tls`, and `host` is not of
     * this machine alone.
     * @example false
     */
    tls: z.boolean('give true or false').optional(),
    /**
     * Whether `/metrics` is on the gateway's own port too, for everybody who reaches that. Default: false.
     * @example true
     */
    public: z.boolean('give true or false').default(false),
  },
  'give an object such as { port: 9464 }',
);

const tokenMessage = 'give a token of at least 16 characters';

const hostMessage = 'give host names such as "gateway.internal"';

export const adminSection = z
  .strictObject(
    {
      /**
       * TCP port of the listener for operators; 0 for any free one. Required.
       * @example 9901
       */
      port,
      /**
       * Address that it listens on. Default: 127.0.0.1.
       * @example '10.0.0.5'
       */
      host,
      /**
       * Whether it is served over TLS, with the certificate of `tls`. Default: where there is `tls`, and `host` is not of
       * this machine alone.
       * @example false
       */
      tls: z.boolean('give true or false').optional(),
      /**
       * Token of every request to it (`Authorization: Bearer …`), from `env()` or `file()`. Required where `host` is not
       * of this machine alone, and for the console where `NODE_ENV` is "production". Default: none.
       * @example env('ADMIN_TOKEN')
       */
      token: z.string(tokenMessage).min(16, tokenMessage).optional(),
      /**
       * Host names by which it is reached, besides addresses, `localhost` and `host`: requests to other names are
       * rejected, which pages of other sites may send. Default: none.
       * @example ['gateway.internal']
       */
      hosts: z.array(z.string(hostMessage).regex(/^[\w.-]+$/, hostMessage), 'give a list of host names').default([]),
    },
    'give an object such as { port: 9901 }',
  )
  .refine((admin) => admin.token !== undefined || isLoopback(admin.host), {
    path: ['token'],
    message: 'a listener that other machines can reach needs a token of at least 16 characters',
  });

/** Whether only this machine can reach a listener on the host. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d+){3}$/.test(host);
}

export type MetricsConfig = z.output<typeof metricsSection>;
export type AdminConfig = z.output<typeof adminSection>;

/** Whether a listener for operators is served over TLS. */
export function servesTls(listener: { host: string; tls?: boolean | undefined }, hasCertificate: boolean): boolean {
  return listener.tls ?? (hasCertificate && !isLoopback(listener.host));
}

interface OperatorSections {
  tls?: unknown;
  metrics?: { tls?: boolean | undefined } | undefined;
  admin?: { tls?: boolean | undefined } | undefined;
}

/** Problems of listeners with TLS that have no certificate; called with the whole configuration. */
export function missingCertificateProblems({
  tls,
  metrics,
  admin,
}: OperatorSections): { path: string[]; message: string }[] {
  if (tls !== undefined) return [];
  const message = 'there is no certificate for it: give `tls`, the certificate and key of the gateway';
  const sections = { metrics, admin };
  return Object.entries(sections).flatMap(([name, section]) =>
    section?.tls ? [{ path: [name, 'tls'], message }] : [],
  );
}

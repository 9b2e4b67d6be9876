// Configuration section `sign` of a subgraph: signatures of the requests to it. Applied by `transport/sign/`.
import { z } from 'zod';
import { headerName, neverSentReason } from './headers.ts';
import { secretText } from './keys.ts';
import { filePath, nonEmpty } from './values.ts';

const hmac = z.strictObject(
  {
    /**
     * Secret shared with the service, of at least 32 characters. Required.
     * @example env('SHOP_SIGNING_SECRET')
     */
    secret: secretText,
    /**
     * Header with the time and the signature. Default: `x-concierge-signature`.
     * @example 'x-shop-signature'
     */
    header: headerName
      .refine((name) => name !== 'authorization' && neverSentReason(name) === undefined, {
        error: 'the signature needs a header of its own, such as "x-concierge-signature"',
      })
      .default('x-concierge-signature'),
  },
  "give an object such as { secret: env('SHOP_SIGNING_SECRET') }",
);

const credentialsMessage =
  "give { accessKeyId, secretAccessKey } from env() or file(), or { file: '/path/credentials' }";

const awsCredentials = z.union(
  [
    z.strictObject({
      /**
       * Access key id. Required.
       * @example env('AWS_ACCESS_KEY_ID')
       */
      accessKeyId: nonEmpty(credentialsMessage),
      /**
       * Secret access key. Required.
       * @example env('AWS_SECRET_ACCESS_KEY')
       */
      secretAccessKey: nonEmpty(credentialsMessage),
      /**
       * Session token of temporary credentials. Default: none.
       * @example env('AWS_SESSION_TOKEN')
       */
      sessionToken: nonEmpty(credentialsMessage).optional(),
    }),
    z.strictObject({
      /**
       * Path of a shared credentials file, which is read again when it has changed. Required.
       * @example '/var/run/aws/credentials'
       */
      file: filePath,
      /**
       * Profile in it. Default: `default`.
       * @example 'gateway'
       */
      profile: nonEmpty('give the name of a profile').default('default'),
    }),
  ],
  credentialsMessage,
);

const aws = z.strictObject(
  {
    /**
     * Region of the service. Required.
     * @example 'eu-central-1'
     */
    region: nonEmpty('give a region such as "eu-central-1"'),
    /**
     * Service by its signing name: `lambda`, `execute-api`, `appsync`. Required.
     * @example 'lambda'
     */
    service: nonEmpty('give the signing name of the service: "lambda", "execute-api" or "appsync"'),
    /**
     * Credentials, or the file that has them. Required.
     * @example { file: '/var/run/aws/credentials' }
     */
    credentials: awsCredentials,
  },
  "give an object such as { region: 'eu-central-1', service: 'lambda', credentials: { file: '/run/aws/credentials' } }",
);

const signMessage = 'give one of { hmac: { secret } } and { aws: { region, service, credentials } }';

export const signSection = z
  .strictObject(
    {
      /**
       * HMAC-SHA-256 over method, path, time and body: see docs/security.md. Default: none: one of `hmac` and `aws` is
       * required.
       * @example { secret: env('SHOP_SIGNING_SECRET') }
       */
      hmac: hmac.optional(),
      /**
       * AWS Signature Version 4, in the header `Authorization`. Default: none: one of `hmac` and `aws` is required.
       * @example { region: 'eu-central-1', service: 'lambda', credentials: { file: '/run/aws/credentials' } }
       */
      aws: aws.optional(),
    },
    signMessage,
  )
  .refine((sign) => (sign.hmac === undefined) !== (sign.aws === undefined), signMessage);

export type SignConfig = z.output<typeof signSection>;
export type HmacConfig = z.output<typeof hmac>;
export type AwsConfig = z.output<typeof aws>;
export type AwsCredentialsConfig = z.output<typeof awsCredentials>;

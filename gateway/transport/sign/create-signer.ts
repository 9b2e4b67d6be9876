// Signer of the configured kind.
import type { SignConfig } from '../../config/sign.ts';
import { AwsCredentials } from './aws-credentials.ts';
import { createAwsSigner } from './aws-signer.ts';
import { createHmacSigner } from './hmac-signer.ts';
import type { Signer, SignerOptions } from './signer.ts';

/** @throws ConfigError for credentials that cannot be read. */
export function createSigner(
  { hmac, aws }: SignConfig,
  { folder, option, log, now = Date.now }: SignerOptions,
): Signer {
  if (hmac) return createHmacSigner(hmac, now);
  if (!aws) throw new TypeError('a signature needs one of hmac and aws');
  const credentials = new AwsCredentials(aws.credentials, { folder, option: `${option}.aws.credentials`, log });
  return createAwsSigner(aws, () => credentials.current(), now);
}

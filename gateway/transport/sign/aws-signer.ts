// AWS Signature Version 4 of a request, for Lambda function URLs, API Gateway and AppSync. The signature covers method,
// path, body, host, content type and every `x-amz-` field.
import aws4 from 'aws4';
import type { AwsConfig } from '../../config/sign.ts';
import type { AwsKeys } from './aws-credentials.ts';
import type { Signer } from './signer.ts';

/** Proxies may change it; the signature covers the body itself. */
const notSigned = { extraHeadersToIgnore: { 'content-length': true } };

/** @param now milliseconds since 1970. */
export function createAwsSigner({ region, service }: AwsConfig, keys: () => AwsKeys, now: () => number): Signer {
  return ({ method, origin, path, headers: sent, body }) => {
    const { host } = new URL(origin);
    const date = basicTime(now());
    const headers: Record<string, string> = { host, 'x-amz-date': date };
    for (let index = 0; index < sent.length; index += 2) {
      const name = sent[index] as string;
      // A service rejects requests with fields of this kind that are not signed.
      if (name === 'content-type' || name.startsWith('x-amz-')) headers[name] ??= sent[index + 1] as string;
    }
    const { accessKeyId, secretAccessKey, sessionToken } = keys();
    if (sessionToken !== undefined) headers['x-amz-security-token'] = sessionToken;
    const request = { method, host, path, headers, body, region, service, ...notSigned };
    const { headers: signed } = aws4.sign(request, { accessKeyId, secretAccessKey });
    const fields = ['authorization', String(signed?.Authorization), 'x-amz-date', date];
    return sessionToken === undefined ? fields : [...fields, 'x-amz-security-token', sessionToken];
  };
}

/** ISO 8601, basic format, in seconds: 20150830T123600Z. */
function basicTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/[:-]|\.\d+/g, '');
}

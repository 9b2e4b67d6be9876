import { expect, test } from 'vitest';
import { createAwsSigner } from './aws-signer.ts';

/** Cases of AWS's Signature Version 4 test suite, with its keys and its time. */
const accessKeyId = 'AKIDEXAMPLE';
const secretAccessKey = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const now = () => Date.parse('2015-08-30T12:36:00Z');
const sessionToken =
  'AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwth' +
  'Ax7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAk' +
  'iY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==';

const form = 'application/x-www-form-urlencoded';

test.each([
  ['post-vanilla', '/', '', [], '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
  ['post-vanilla-query', '/?Param1=value1', '', [], '28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11'],
  [
    'post-x-www-form-urlencoded',
    '/',
    'Param1=value1',
    ['content-type', form],
    'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
  ],
  [
    'post-x-www-form-urlencoded-parameters',
    '/',
    'Param1=value1',
    ['content-type', `${form}; charset=utf8`],
    '1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe',
  ],
  [
    'post-sts-header-before',
    '/',
    '',
    [],
    '85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead',
    sessionToken,
  ],
] as [string, string, string, string[], string, string?][])(
  "the signature of AWS's test case %s",
  (_, path, body, headers, signature, token) => {
    const config = { region: 'us-east-1', service: 'service', credentials: { accessKeyId, secretAccessKey } };
    const sign = createAwsSigner(config, () => ({ accessKeyId, secretAccessKey, sessionToken: token }), now);
    const sent = ['x-request-id', '7', ...headers];
    const fields = sign({ method: 'POST', origin: 'https://example.amazonaws.com', path, headers: sent, body });
    const names = [
      ...(headers.length > 0 ? ['content-type'] : []),
      'host',
      'x-amz-date',
      ...(token ? ['x-amz-security-token'] : []),
    ];
    expect(fields).toEqual([
      'authorization',
      `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=${names.join(';')}, Signature=${signature}`,
      'x-amz-date',
      '20150830T123600Z',
      ...(token ? ['x-amz-security-token', token] : []),
    ]);
  },
);

import { expect, test } from 'vitest';
import { Denials } from './denials.ts';

const limited = { message: 'too often', extensions: { code: 'FORBIDDEN' } };
const denials = new Denials({ fields: new Map([['User.email users.mail', limited]]), types: new Map() });

test('one of several places where a field is asked is denied by its path', () => {
  expect(denials.field('User.email', ['users', 'mail'])).toBe(limited);
  expect(denials.field('User.email', ['users', 'email'])).toBeUndefined();
});

import { expect, test } from 'vitest';
import { DeniedFields } from './denied-fields.ts';

const limited = { message: 'too often', extensions: { code: 'FORBIDDEN' } };
const deniedFields = new DeniedFields({ fields: new Map([['User.email users.mail', limited]]), types: new Map() });

test('one of several places of a selected field is denied by its path', () => {
  expect(deniedFields.field('User.email', ['users', 'mail'])).toBe(limited);
  expect(deniedFields.field('User.email', ['users', 'email'])).toBeUndefined();
});

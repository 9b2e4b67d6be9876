import { expect, test } from 'vitest';
import { Denials } from './denials.ts';

const denial = (message: string) => ({ message, extensions: { code: 'FORBIDDEN' } });
const limited = denial('too often');
const denials = new Denials({
  fields: new Map([['User.email users.mail', limited]]),
  types: new Map([
    ['Entry', denial('no entries')],
    ['Order', denial('no orders')],
  ]),
});

test('one of several places where a field is asked is denied by its path, whatever the response keys are called', () => {
  expect(denials.field('User.email', ['users', 'mail'])).toBe(limited);
  expect(denials.field('User.email', ['users', 'x_mail'])).toBeUndefined();
  const stripped = denials.under((key) => key.replace(/^x_/, ''));
  expect(stripped.field('User.email', ['users', 'x_mail'])).toBe(limited);
  expect(stripped.key).toBe(denials.key);
});

test('of types that a client does not have, nothing is said', () => {
  const left = denials.exceptTypes(new Set(['Entry', 'Nothing']));
  expect(left.type('Entry')).toBeUndefined();
  expect(left.type('Order')).toEqual(denial('no orders'));
  expect(left.field('User.email', ['users', 'mail'])).toBe(limited);
  expect(denials.exceptTypes(new Set(['Nothing']))).toBe(denials);
});

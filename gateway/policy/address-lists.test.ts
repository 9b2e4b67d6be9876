// Address lists: the addresses that requests may come from.
import { expect, test } from 'vitest';
import { createAddressLists } from './address-lists.ts';

test('without lists every address is allowed', () => {
  for (const config of [undefined, {}]) {
    const isAllowed = createAddressLists(config);
    expect(['192.0.2.1', '::1', 'unknown'].map(isAllowed)).toEqual([true, true, true]);
  }
});

test('a denied address is rejected, and all others are allowed', () => {
  const isAllowed = createAddressLists({ deny: ['10.0.0.0/8', '192.0.2.7', '2001:db8::/32'] });
  expect(['10.255.0.1', '192.0.2.7', '2001:db8:ffff::1'].map(isAllowed)).toEqual([false, false, false]);
  expect(['11.0.0.1', '192.0.2.8', '2001:db9::1', 'unknown'].map(isAllowed)).toEqual([true, true, true, true]);
});

test('with an allow list, all other addresses are rejected', () => {
  const isAllowed = createAddressLists({ allow: ['10.0.0.0/8', '2001:db8::/32'] });
  expect(['10.1.2.3', '2001:db8::1'].map(isAllowed)).toEqual([true, true]);
  expect(['11.0.0.1', '2001:db9::1', 'unknown', ''].map(isAllowed)).toEqual([false, false, false, false]);
});

test('an address on both lists is rejected', () => {
  const isAllowed = createAddressLists({ allow: ['10.0.0.0/8'], deny: ['10.0.0.66'] });
  expect(['10.0.0.65', '10.0.0.66'].map(isAllowed)).toEqual([true, false]);
});

test('an IPv4 address written as IPv6 is subject to the rules for IPv4', () => {
  const denied = createAddressLists({ deny: ['10.0.0.0/8'] });
  const allowed = createAddressLists({ allow: ['10.0.0.0/8'] });
  for (const address of ['::ffff:10.1.1.1', '::FFFF:0a01:0101', '0:0:0:0:0:ffff:a01:101']) {
    expect(denied(address)).toBe(false);
    expect(allowed(address)).toBe(true);
  }
});

test('a rule written with mapped addresses is a rule for IPv4', () => {
  const isAllowed = createAddressLists({ deny: ['::ffff:10.0.0.0/104', '::ffff:192.0.2.7'] });
  expect(['10.1.1.1', '192.0.2.7', '11.1.1.1', '192.0.2.8'].map(isAllowed)).toEqual([false, false, true, true]);
});

test('a rule for all of IPv6 does not apply to IPv4, and the other way round', () => {
  expect(createAddressLists({ deny: ['::/0'] })('10.0.0.1')).toBe(true);
  expect(createAddressLists({ deny: ['::/0'] })('::1')).toBe(false);
  expect(createAddressLists({ deny: ['0.0.0.0/0'] })('::1')).toBe(true);
  expect(createAddressLists({ deny: ['0.0.0.0/0'] })('10.0.0.1')).toBe(false);
});

test('a zone does not hide an address from its rule', () => {
  expect(createAddressLists({ deny: ['fe80::/10'] })('fe80::1%eth0')).toBe(false);
});

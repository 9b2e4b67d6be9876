// Names by which query fields and their arguments show that they return the objects of given keys.

/** `userByEmail`, `users_by_pk`, `getUser` and `_users` without what stands around the type's name, in lower case. */
function bareName(field: string): string {
  return field
    .replace(/^_+/, '')
    .replace(/^(?:get|find|fetch|load|lookup)(?=[A-Z_])/, '')
    .replace(/By[A-Z]\w*$|_by_\w+$/, '')
    .replaceAll('_', '')
    .toLowerCase();
}

function plurals(name: string): string[] {
  return [`${name}s`, `${name}es`, name.replace(/y$/, 'ies'), `${name}list`];
}

/** Whether a field has the name of the type that it returns: `user`, `getUser`, `userByEmail`; in a list `users` too. */
export function isNamedAfter(field: string, type: string, isList: boolean): boolean {
  const [bare, named] = [bareName(field), type.replaceAll('_', '').toLowerCase()];
  return bare === named || (isList && plurals(named).includes(bare));
}

/**
 * The key field that an argument is for: `id` of `id`, `userId` and, in a list, of `ids`, `userIds`, `id_in`.
 * @param keys fields of the type that can be keys.
 */
export function keyOfArgument(
  argument: string,
  type: string,
  keys: readonly string[],
  isList: boolean,
): string | undefined {
  const plain = (text: string) => text.replaceAll('_', '').toLowerCase();
  const given = plain(argument);
  return keys.find((key) => {
    const names = [plain(key), plain(type) + plain(key)];
    return isList
      ? names.some((name) => plurals(name).includes(given) || given === `${name}in`)
      : names.includes(given);
  });
}

/** Arguments that make a list a part of itself. */
export function limitsList(argument: string): boolean {
  return /^(?:first|last|limit|take|top|count|max|size|skip|offset|page|after|before|cursor|per_?page|page_?\w+)$/i.test(
    argument,
  );
}

/** Fields that identify one object in any system; a `name` or `title` may be that of several. */
const unique =
  /^(?:id|uu_?id|gu_?id|pk|key|slug|sku|upc|ean|gtin|isbn\d*|issn|iban|vin|imei|login|email|user_?name|handle|code)$/i;

/** Whether a key names one object alone: `id`, `slug`, and of a user `userId`. */
export function isUnique(key: string, type: string): boolean {
  const plain = (text: string) => text.replaceAll('_', '').toLowerCase();
  return unique.test(key) || /(?:_id|Id|ID)$/.test(key) || plain(key) === `${plain(type)}key`;
}

/** Keys such as `userId` in an order: they are of another object, and need not be of one order alone. */
export function isKeyOfAnother(key: string, type: string): boolean {
  const [, other = ''] = /^(.+?)(?:_id|Id|ID)$/.exec(key) ?? [];
  return other !== '' && !type.toLowerCase().endsWith(other.replaceAll('_', '').toLowerCase());
}

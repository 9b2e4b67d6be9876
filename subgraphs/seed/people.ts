// The seeded users. The users service stores them, the orders service a copy of their names: each computes them here.
import { day, firstOrderAt, timestamp } from './calendar.ts';
import { type Culture, cultures, newcomers } from './cultures.ts';
import { type Stream, stream } from './random.ts';

export const peopleCount = 1000;

export interface Person {
  number: number;
  /** `u1` … `u1000` */
  id: string;
  name: string;
  email: string;
  street: string;
  city: string;
  postalCode: string;
  country: string;
  tier: 'STANDARD' | 'SILVER' | 'GOLD';
  createdAt: string;
}

const mailHosts = ['example.com', 'example.org', 'example.net'];

/** All people in the sequence of their numbers. */
export function people(): Person[] {
  return Array.from({ length: peopleCount }, (_, index) => person(index + 1));
}

function person(number: number): Person {
  const draw = stream('person', number);
  const culture = draw.pick(cultures);
  const name = nameIn(culture, draw);
  const [city, postalCode] = draw.pick(culture.cities);
  const street = draw.pick(culture.streets);
  const house = draw.between(1, 140);
  const luck = draw.next();
  return {
    number,
    id: `u${number}`,
    name,
    // The number distinguishes namesakes.
    email: `${mailboxOf(name)}${number}@${draw.pick(mailHosts)}`,
    street: culture.numberFirst ? `${house} ${street}` : `${street} ${house}`,
    city,
    postalCode,
    country: culture.country,
    tier: luck < 0.08 ? 'GOLD' : luck < 0.3 ? 'SILVER' : 'STANDARD',
    // All accounts are older than the first order.
    createdAt: timestamp(firstOrderAt - draw.between(1, 4 * 365) * day - draw.between(0, day / 1000) * 1000),
  };
}

function nameIn(culture: Culture, draw: Stream): string {
  const origin = draw.next() < 0.2 ? draw.pick(newcomers) : culture;
  return `${draw.pick(origin.given)} ${draw.pick(origin.family)}`;
}

/** `Lucía de la Cruz` -> `lucia.delacruz` */
function mailboxOf(name: string): string {
  const [given = '', ...family] = name.split(' ').map(plain);
  return `${given}.${family.join('')}`;
}

function plain(word: string): string {
  return foldText(word).replaceAll(/[^a-z]/g, '');
}

/** Lower case without accents, so that `garcia` finds `García`. */
export function foldText(text: string): string {
  return text
    .normalize('NFD')
    .replaceAll(/\p{Diacritic}/gu, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll('ł', 'l')
    .replaceAll('ı', 'i')
    .trim();
}

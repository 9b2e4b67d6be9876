// Values of mocked leaf fields: chosen by the field's name and type, and by a number that is always the same for the
// same object and field.
import { hash } from 'node:crypto';

/** A leaf field of an object. */
export interface MockedField {
  type: string;
  /** The type's name of the object. */
  parent: string;
  name: string;
}

/** A whole number below 2³², the same for the same text. */
export function numberOf(text: string): number {
  return hash('sha256', text, 'buffer').readUInt32BE(0);
}

const firstNames = ['Ada', 'Ben', 'Chloé', 'Dario', 'Elif', 'Femi', 'Grace', 'Hugo', 'Ines', 'Jonas', 'Keiko', 'Lena'];
const lastNames = [
  'Abreu',
  'Berg',
  'Costa',
  'Dubois',
  'Eze',
  'Fischer',
  'Garcia',
  'Haddad',
  'Ito',
  'Jansen',
  'Kaya',
  'Lund',
];
const adjectives = [
  'Amber',
  'Bright',
  'Calm',
  'Deep',
  'Early',
  'Fine',
  'Gentle',
  'Hollow',
  'Light',
  'Northern',
  'Quiet',
  'Silver',
];
const nouns = [
  'Anchor',
  'Bridge',
  'Candle',
  'Desk',
  'Engine',
  'Field',
  'Garden',
  'Harbour',
  'Lamp',
  'Mill',
  'Orchard',
  'River',
];
const cities = ['Lisbon', 'Oslo', 'Lyon', 'Osaka', 'Lagos', 'Bergen', 'Porto', 'Turin'];
const countries = ['PT', 'NO', 'FR', 'JP', 'NG', 'IT', 'DE', 'CA'];
const currencies = ['EUR', 'USD', 'GBP', 'JPY'];
const colors = ['#2f6fed', '#d9480f', '#2b8a3e', '#862e9c'];
const languages = ['en', 'de', 'fr', 'pt', 'ja'];

/** Types of people, whose names are those of people. */
const people =
  /user|person|people|customer|author|member|employee|owner|account|contact|profile|student|driver|patient/i;

type Make = (at: Numbers, field: MockedField) => unknown;

/** Numbers of one field, drawn in turn. */
interface Numbers {
  below(limit: number): number;
  of(list: readonly string[]): string;
}

const thing: Make = (at) => `${at.of(adjectives)} ${at.of(nouns)}`;
const slug: Make = (at) => `${at.of(adjectives)}-${at.of(nouns)}`.toLowerCase();
const person: Make = (at) => `${at.of(firstNames)} ${at.of(lastNames)}`;
const moment: Make = (at) => new Date(Date.UTC(2026, 0, 1) + at.below(300 * 86_400) * 1_000).toISOString();
const date: Make = (at, field) => String(moment(at, field)).slice(0, 10);
const sentence: Make = (at) =>
  `A ${at.of(adjectives).toLowerCase()} ${at.of(nouns).toLowerCase()} from ${at.of(cities)}, and a ${at.of(nouns).toLowerCase()}.`;
const url: Make = (at, field) => `https://example.com/${slug(at, field)}`;
const code: Make = (at) => `${String.fromCharCode(65 + at.below(26), 65 + at.below(26))}-${1000 + at.below(9000)}`;
const uuid: Make = (at) => {
  const digits = Array.from({ length: 8 }, () => at.below(65_536).toString(16).padStart(4, '0')).join('');
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-8${digits.slice(17, 20)}-${digits.slice(20, 32)}`;
};

/** Texts by the names of fields; the first that matches. */
const texts: [RegExp, Make][] = [
  [
    /e-?mail/i,
    (at) =>
      `${at.of(firstNames)}.${at.of(lastNames)}@example.com`
        .normalize('NFD')
        .replace(/[^\w.@]/g, '')
        .toLowerCase(),
  ],
  [/^(first|given)_?name$/i, (at) => at.of(firstNames)],
  [/^(last|family|sur)_?name$/i, (at) => at.of(lastNames)],
  [/^(full|display)_?name$|author$|_by$|By$/i, person],
  [
    /user_?name|login|handle/i,
    (at) => `${at.of(firstNames)}${at.below(100)}`.normalize('NFD').replace(/\W/g, '').toLowerCase(),
  ],
  [/^name$/i, (at, field) => (people.test(field.parent) ? person : thing)(at, field)],
  [/image|avatar|photo|picture|icon|thumbnail|logo/i, (at, field) => `${url(at, field)}.png`],
  [/ur[li]$|link$|href$|website|homepage/i, url],
  [/^uuid$|^guid$/i, uuid],
  [/(^|[a-z_])(At|_at)$|timestamp|datetime|time$/i, moment],
  [/(^|[a-z_])On$|_on$|date$|birthday|^day$/i, date],
  [/phone|mobile|^tel/i, (at) => `+44 20 7946 0${String(at.below(1000)).padStart(3, '0')}`],
  [/street|address/i, (at) => `${1 + at.below(120)} ${at.of(nouns)} Street`],
  [/city|town/i, (at) => at.of(cities)],
  [/country/i, (at) => at.of(countries)],
  [/zip|postal|postcode/i, (at) => String(10_000 + at.below(89_999))],
  [/currency/i, (at) => at.of(currencies)],
  [/locale|language|^lang$/i, (at) => at.of(languages)],
  [/colou?r/i, (at) => at.of(colors)],
  [/slug|^path$/i, slug],
  [/sku|code|number|reference|^isbn$|^upc$/i, code],
  [/cursor|token|hash|etag/i, (at) => at.below(0xffffffff).toString(36)],
  [/price|amount|total|cost|balance/i, (at) => (1 + at.below(19_999) / 100).toFixed(2)],
  [/description|text|body|comment|bio|summary|content|message|note|about|excerpt/i, sentence],
];

const integers: [RegExp, Make][] = [
  [/year/i, (at) => 1990 + at.below(36)],
  [/^age$/i, (at) => 18 + at.below(60)],
  [/rating|score|stars/i, (at) => 1 + at.below(5)],
  [/percent/i, (at) => at.below(101)],
  [/quantity|^qty$/i, (at) => 1 + at.below(9)],
  [/price|amount|total$|cost|cents|balance/i, (at) => 100 + at.below(19_900)],
];

const decimals: [RegExp, Make][] = [
  [/rating|score|stars/i, (at) => 1 + at.below(41) / 10],
  [/^lat(itude)?$/i, (at) => at.below(1_800_000) / 10_000 - 90],
  [/^(lng|lon|long|longitude)$/i, (at) => at.below(3_600_000) / 10_000 - 180],
  [/percent|ratio|share/i, (at) => at.below(101) / 100],
];

/** Custom scalars by their names. */
const scalars: [RegExp, Make][] = [
  [/date_?time|timestamp|instant/i, moment],
  [/date/i, date],
  [/time$/i, (at, field) => String(moment(at, field)).slice(11, 19)],
  [/^ur[li]$/i, url],
  [/uuid|guid/i, uuid],
  [/e-?mail/i, texts[0]?.[1] as Make],
  [/json|object|map|any/i, () => ({})],
  [/bigint|long|int|unsigned/i, (at) => 1 + at.below(100_000)],
  [/decimal|money|amount|price/i, (at) => (1 + at.below(19_999) / 100).toFixed(2)],
  [/float|double|number/i, (at) => at.below(10_000) / 100],
  [/bool/i, (at) => at.below(2) === 1],
  [/void/i, () => null],
];

/** The value of a leaf field that is no enum. @param seed text that is the same for the same object and field. */
export function mockValue(field: MockedField, seed: string): unknown {
  const at = draw(seed);
  const { type, name } = field;
  if (type === 'ID') return `${kebab(/^(.+?)_?ids?$/i.exec(name)?.[1] ?? field.parent)}-${1 + at.below(20)}`;
  if (type === 'Boolean') return /^has(Next|Previous)Page$/.test(name) ? false : at.below(2) === 1;
  if (type === 'Int') return (found(integers, name) ?? ((one) => 1 + one.below(100)))(at, field);
  if (type === 'Float') return (found(decimals, name) ?? ((one) => (100 + one.below(19_900)) / 100))(at, field);
  const byType = type === 'String' ? undefined : found(scalars, type);
  return (byType ?? found(texts, name) ?? thing)(at, field);
}

/** The value of a field that identifies an object, by the object's number. */
export function keyValue(field: MockedField, ordinal: number): unknown {
  if (/uuid|guid/i.test(field.type)) return `00000000-0000-4000-8000-${String(ordinal).padStart(12, '0')}`;
  if (/int|long|float|decimal|number/i.test(field.type)) return ordinal;
  return `${kebab(field.name === 'id' ? field.parent : field.name)}-${ordinal}`;
}

function found(makes: readonly [RegExp, Make][], name: string): Make | undefined {
  return makes.find(([pattern]) => pattern.test(name))?.[1];
}

function draw(seed: string): Numbers {
  let drawn = 0;
  const below = (limit: number) => {
    drawn += 1;
    return numberOf(`${seed}\n${drawn}`) % limit;
  };
  return { below, of: (list) => list[below(list.length)] as string };
}

function kebab(name: string): string {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1-$2')
    .replace(/_/g, '-')
    .toLowerCase();
}

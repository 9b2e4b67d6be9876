// Rows of the four subgraphs. Fixed and written out, so that every run and every gateway has the same response; sized
// so that the large query has a response of about 88 kB of JSON.

export type User = { id: string; name: string; username: string; birthday: number };
export type Product = { upc: string; name: string; price: number; weight: number; inStock: boolean };
export type Review = { id: string; body: string; authorId: string; upc: string };

export const users: readonly User[] = [
  { id: '1', name: 'Ada Almgren', username: 'ada', birthday: 1815 },
  { id: '2', name: 'Bruno Castellani', username: 'bruno', birthday: 1971 },
  { id: '3', name: 'Chioma Okoro', username: 'chioma', birthday: 1988 },
  { id: '4', name: 'Dmitri Halvorsen', username: 'dmitri', birthday: 1990 },
  { id: '5', name: 'Élodie Marchand', username: 'elodie', birthday: 1979 },
  { id: '6', name: 'Farid Tanaka', username: 'farid', birthday: 2001 },
];

export const products: readonly Product[] = [
  { upc: '1', name: 'Table', price: 899, weight: 100, inStock: true },
  { upc: '2', name: 'Couch', price: 1299, weight: 1000, inStock: false },
  { upc: '3', name: 'Glass', price: 15, weight: 20, inStock: true },
  { upc: '4', name: 'Chair', price: 499, weight: 100, inStock: true },
  { upc: '5', name: 'Screen', price: 1299, weight: 1000, inStock: false },
  { upc: '6', name: 'Lamp', price: 69, weight: 30, inStock: true },
  { upc: '7', name: 'Grill', price: 399, weight: 2000, inStock: true },
  { upc: '8', name: 'Fridge', price: 1000, weight: 6000, inStock: false },
  { upc: '9', name: 'Sofa', price: 999, weight: 800, inStock: true },
];

// One line per product, in the order of `products`: who reviewed it.
const reviewersByProduct: readonly (readonly string[])[] = [
  ['1', '2', '3', '4'],
  ['5', '6', '1'],
  ['2'],
  ['3', '4'],
  ['5'],
  ['6', '4'],
  [],
  ['6'],
  ['5'],
];

const sentences: readonly string[] = [
  'It arrived a day early and the parcel was in one piece. ',
  'The colour is a little warmer than in the picture, which suits the room. ',
  'Putting it together took an hour, two cups of tea and no swearing. ',
  'After three months of daily use there is not a scratch on it. ',
  'The manual is "clear enough", once you turn it the right way up. ',
  'My neighbour bought the same one, and we have both recommended it since. ',
  'For the price I would have expected one more screw, but nothing wobbles. ',
];

export const reviews: readonly Review[] = reviewersByProduct
  .flatMap((authors, index) => authors.map((authorId) => ({ authorId, upc: products[index]!.upc })))
  .map((row, index) => ({ id: String(index + 1), body: bodyOf(index), ...row }));

/** Between four and seven sentences, about 270 to 470 characters, starting at a different sentence each time. */
function bodyOf(index: number): string {
  const length = 4 + ((index * 5) % 4);
  return Array.from({ length }, (_, step) => sentences[(index + step) % sentences.length]!)
    .join('')
    .trim();
}

// Product ranges of the shop: for each category its kinds of product with a price range (cents) and a weight range
// (grams), and sentences that describe any product of the category.

export type CategoryName =
  | 'AUDIO'
  | 'BOOKS'
  | 'CAMPING'
  | 'COFFEE'
  | 'CYCLING'
  | 'GAMES'
  | 'GARDEN'
  | 'KITCHEN'
  | 'LIGHTING'
  | 'OFFICE'
  | 'TOOLS'
  | 'TRAVEL';

export interface Range {
  category: CategoryName;
  /** Kind, lowest and highest price, lowest and highest weight. */
  kinds: readonly (readonly [kind: string, price: number, priceTo: number, weight: number, weightTo: number])[];
  promises: readonly string[];
}

/** The makers' series. A product is called after its series and its kind: `Fjord Desk Lamp`. */
export const series: readonly string[] =
  'Fjord Alba Kestrel Nordlys Orion Juniper Basalt Marlow Tessera Willow Cobalt Saffron Lumen Harbour Petrel Quill Ember Tarn Solstice Birch Meridian Onyx Lark Cinder Pascal Velo Atlas Clover Delft Garnet Heron Indigo Jasper Kite Linden Mistral Nimbus Osprey Poppy Rowan'.split(
    ' ',
  );

export const ranges: readonly Range[] = [
  {
    category: 'AUDIO',
    kinds: [
      ['Headphones', 4900, 32900, 180, 380],
      ['Earbuds', 2900, 19900, 40, 90],
      ['Bookshelf Speaker', 8900, 45900, 3200, 7800],
      ['Turntable', 14900, 69900, 4200, 9500],
      ['Portable Speaker', 3900, 17900, 350, 1200],
      ['Microphone', 5900, 24900, 300, 900],
      ['Soundbar', 12900, 59900, 2400, 5200],
      ['Radio', 3400, 15900, 600, 1900],
      ['Record Brush', 990, 2990, 40, 160],
    ],
    promises: ['A warm, even sound at any volume.', 'Clear voices and a bass that stays in its place.'],
  },
  {
    category: 'BOOKS',
    kinds: [
      ['Cookbook', 1490, 3990, 600, 1500],
      ['Atlas', 2490, 6990, 1200, 2800],
      ['Field Guide', 1290, 2990, 300, 800],
      ['Novel', 990, 2490, 250, 700],
      ['Notebook', 590, 1990, 150, 450],
      ['Picture Book', 1190, 2290, 300, 800],
      ['Poetry Collection', 990, 2190, 150, 400],
    ],
    promises: ['Thread-sewn, so it lies flat on any page.', 'Printed on paper that is kind to tired eyes.'],
  },
  {
    category: 'CAMPING',
    kinds: [
      ['Tent', 11900, 59900, 1400, 5200],
      ['Sleeping Bag', 5900, 29900, 700, 1900],
      ['Camp Stove', 2900, 12900, 250, 1800],
      ['Head Torch', 1900, 7900, 60, 180],
      ['Camping Chair', 2900, 10900, 900, 3600],
      ['Cool Box', 3900, 18900, 2200, 7800],
      ['Hammock', 2400, 8900, 350, 900],
    ],
    promises: ['Keeps out what the weather throws at it.', 'Packs down small and goes up in minutes.'],
  },
  {
    category: 'COFFEE',
    kinds: [
      ['Espresso Machine', 19900, 99900, 4800, 14500],
      ['Coffee Grinder', 5900, 34900, 800, 4200],
      ['Pour-Over Set', 1900, 6900, 400, 1100],
      ['French Press', 1900, 7900, 500, 1300],
      ['Kettle', 3900, 15900, 900, 1800],
      ['Coffee Beans', 790, 2190, 250, 1000],
      ['Milk Frother', 1900, 8900, 200, 900],
    ],
    promises: ['For a cup that tastes the same every morning.', 'Easy to clean, hard to wear out.'],
  },
  {
    category: 'CYCLING',
    kinds: [
      ['Helmet', 3900, 19900, 230, 420],
      ['Pannier', 3900, 14900, 600, 1900],
      ['Bike Light', 1900, 8900, 60, 220],
      ['Floor Pump', 2400, 7900, 1100, 2400],
      ['Saddle', 2900, 15900, 220, 620],
      ['Rain Cape', 2900, 11900, 250, 600],
      ['Bike Lock', 1900, 12900, 600, 2200],
    ],
    promises: ['Made for the daily ride, in rain as in sun.', 'Fits nearly every bicycle without tools.'],
  },
  {
    category: 'GAMES',
    kinds: [
      ['Board Game', 1990, 7990, 700, 2900],
      ['Card Game', 790, 2490, 120, 450],
      ['Puzzle', 1190, 3990, 400, 1200],
      ['Chess Set', 2900, 14900, 800, 3200],
      ['Dice Set', 690, 2990, 60, 300],
      ['Strategy Game', 2990, 8990, 900, 3400],
    ],
    promises: ['Explained in five minutes, good for a hundred evenings.', 'For two on a train or six around a table.'],
  },
  {
    category: 'GARDEN',
    kinds: [
      ['Watering Can', 1490, 5990, 400, 1500],
      ['Secateurs', 1490, 6990, 180, 420],
      ['Planter', 1290, 9990, 900, 8900],
      ['Garden Fork', 2490, 7990, 900, 2200],
      ['Seed Box', 990, 3490, 100, 700],
      ['Hose Reel', 3990, 16990, 2900, 9800],
      ['Bird Feeder', 1290, 4990, 400, 1600],
    ],
    promises: ['Can stay outside all year.', 'Lies well in the hand, from the first bulb to the last leaf.'],
  },
  {
    category: 'KITCHEN',
    kinds: [
      ["Chef's Knife", 2900, 18900, 160, 340],
      ['Cast Iron Pan', 2900, 14900, 1900, 4600],
      ['Chopping Board', 1490, 6990, 700, 3200],
      ['Mixing Bowl', 990, 4990, 300, 1400],
      ['Stand Mixer', 14900, 59900, 4200, 9800],
      ['Pepper Mill', 1490, 5990, 200, 600],
      ['Casserole', 3900, 24900, 2400, 6200],
    ],
    promises: ['The one that is always in use.', 'Gets better with the years.'],
  },
  {
    category: 'LIGHTING',
    kinds: [
      ['Desk Lamp', 2900, 17900, 700, 2600],
      ['Floor Lamp', 5900, 34900, 3200, 9800],
      ['Pendant Light', 3900, 27900, 600, 3800],
      ['Wall Light', 2900, 14900, 400, 1800],
      ['Lantern', 1490, 7990, 300, 1900],
      ['String Lights', 990, 3990, 150, 700],
    ],
    promises: ['A soft light without glare.', 'Dims down to a glimmer.'],
  },
  {
    category: 'OFFICE',
    kinds: [
      ['Office Chair', 12900, 69900, 9800, 21500],
      ['Standing Desk', 24900, 89900, 18500, 25000],
      ['Fountain Pen', 1990, 14990, 15, 45],
      ['Desk Organiser', 1490, 5990, 400, 1800],
      ['Keyboard', 3900, 19900, 500, 1300],
      ['Monitor Arm', 5900, 19900, 1800, 4200],
      ['Desk Pad', 1490, 6990, 250, 900],
    ],
    promises: ['Makes a long day at the desk a shorter one.', 'Quiet, tidy and out of the way.'],
  },
  {
    category: 'TOOLS',
    kinds: [
      ['Cordless Drill', 6900, 24900, 1100, 2300],
      ['Screwdriver Set', 1490, 6990, 300, 1400],
      ['Hand Plane', 3900, 19900, 900, 2600],
      ['Socket Set', 3900, 17900, 1400, 5200],
      ['Claw Hammer', 1490, 5490, 500, 1000],
      ['Tool Box', 2490, 12990, 1800, 6900],
      ['Spirit Level', 1490, 7990, 250, 1300],
    ],
    promises: ['Built to be handed on.', 'Holds its edge and its measure.'],
  },
  {
    category: 'TRAVEL',
    kinds: [
      ['Backpack', 4900, 24900, 700, 2100],
      ['Suitcase', 7900, 39900, 2400, 4900],
      ['Packing Cubes', 1490, 4990, 150, 500],
      ['Travel Pillow', 1490, 5990, 180, 450],
      ['Wash Bag', 1490, 6990, 150, 500],
      ['Duffel Bag', 3900, 17900, 700, 1800],
      ['Water Bottle', 1290, 4490, 150, 450],
    ],
    promises: ['Light enough to forget, strong enough to trust.', 'Goes as hand luggage nearly everywhere.'],
  },
];

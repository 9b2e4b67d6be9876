// Origins of the seeded people: given and family names, and streets and cities whose postal codes belong together.

export interface Culture {
  /** ISO 3166-1 alpha-2 */
  country: string;
  given: readonly string[];
  family: readonly string[];
  /** City, and the postal code of its centre. */
  cities: readonly (readonly [city: string, postalCode: string])[];
  streets: readonly string[];
  /** Whether the house number comes before the street's name. */
  numberFirst: boolean;
}

const words = (text: string): string[] => text.split(' ');

export const cultures: readonly Culture[] = [
  {
    country: 'DE',
    given: words('Anna Lukas Johanna Felix Greta Jonas Marlene Paul Clara Moritz Frieda Emil Katharina Matthias'),
    family: words('Schneider Hoffmann Weber Krüger Brandt Vogel Lindner Bergmann Kaiser Winkler Seidel Albrecht'),
    cities: [
      ['Berlin', '10117'],
      ['Hamburg', '20095'],
      ['München', '80331'],
      ['Leipzig', '04109'],
      ['Freiburg', '79098'],
    ],
    streets: ['Lindenstraße', 'Gartenweg', 'Bahnhofstraße', 'Schillerstraße', 'Am Markt', 'Mühlenweg'],
    numberFirst: false,
  },
  {
    country: 'FR',
    given: words('Camille Antoine Léa Julien Manon Hugo Chloé Mathieu Élise Baptiste Margaux Théo Amélie Rémi'),
    family: words('Moreau Lefèvre Girard Roux Fontaine Chevalier Garnier Blanchard Rousseau Perrin Mercier Dubois'),
    cities: [
      ['Paris', '75011'],
      ['Lyon', '69002'],
      ['Nantes', '44000'],
      ['Toulouse', '31000'],
      ['Strasbourg', '67000'],
    ],
    streets: ['rue des Lilas', 'rue Victor-Hugo', 'avenue de la Gare', 'rue du Moulin', 'quai des Tanneurs'],
    numberFirst: true,
  },
  {
    country: 'IT',
    given: words('Giulia Matteo Chiara Lorenzo Elena Davide Francesca Alessandro Martina Pietro Sofia Riccardo'),
    family: words('Ferrari Conti Ricci Marino Gallo Fontana Moretti Barbieri Rinaldi Caruso Ferrara Santoro'),
    cities: [
      ['Roma', '00184'],
      ['Milano', '20121'],
      ['Torino', '10121'],
      ['Bologna', '40121'],
      ['Palermo', '90133'],
    ],
    streets: ['via Garibaldi', 'via Dante', 'corso Italia', 'via delle Rose', 'via San Marco'],
    numberFirst: false,
  },
  {
    country: 'ES',
    given: words('Lucía Javier Carmen Diego Marta Álvaro Inés Sergio Nuria Pablo Elena Rubén Irene Hugo'),
    family: words('García Navarro Romero Molina Ortega Delgado Serrano Castillo Iglesias Vidal Herrera Cabrera'),
    cities: [
      ['Madrid', '28013'],
      ['Barcelona', '08002'],
      ['Valencia', '46001'],
      ['Sevilla', '41001'],
      ['Bilbao', '48001'],
    ],
    streets: ['calle Mayor', 'calle del Carmen', 'avenida del Puerto', 'calle Real', 'paseo de los Olmos'],
    numberFirst: false,
  },
  {
    country: 'PL',
    given: words('Zofia Jakub Hanna Szymon Maja Michał Aleksandra Tomasz Agnieszka Piotr Kinga Wojciech'),
    family: words('Nowak Kowalczyk Wójcik Kamińska Zając Mazur Krawczyk Dudek Pawlak Sikora Baran Szulc'),
    cities: [
      ['Warszawa', '00-001'],
      ['Kraków', '31-001'],
      ['Gdańsk', '80-803'],
      ['Wrocław', '50-101'],
      ['Poznań', '61-701'],
    ],
    streets: ['ul. Długa', 'ul. Polna', 'ul. Kwiatowa', 'ul. Szkolna', 'ul. Ogrodowa'],
    numberFirst: false,
  },
  {
    country: 'NL',
    given: words('Sanne Daan Fleur Bram Lotte Thijs Femke Sem Noor Ruben Anouk Joris Maud Stijn'),
    family: [
      'de Vries',
      'Jansen',
      'van Dijk',
      'Bakker',
      'Visser',
      'Smit',
      'Mulder',
      'de Groot',
      'Vermeulen',
      'Kuipers',
    ],
    cities: [
      ['Amsterdam', '1012 JS'],
      ['Rotterdam', '3011 AD'],
      ['Utrecht', '3511 AA'],
      ['Groningen', '9711 LM'],
    ],
    streets: ['Dorpsstraat', 'Molenweg', 'Kerkstraat', 'Julianalaan', 'Havenkade'],
    numberFirst: false,
  },
  {
    country: 'SE',
    given: words('Astrid Erik Linnea Oskar Ebba Viktor Saga Axel Elin Gustav Freja Nils'),
    family: words('Lindqvist Bergström Sandberg Nyström Holm Åkesson Lundgren Sjöberg Hedlund Ekman'),
    cities: [
      ['Stockholm', '111 22'],
      ['Göteborg', '411 06'],
      ['Malmö', '211 20'],
      ['Uppsala', '753 10'],
    ],
    streets: ['Storgatan', 'Björkvägen', 'Kungsgatan', 'Skolgatan', 'Ängsvägen'],
    numberFirst: false,
  },
  {
    country: 'IE',
    given: words('Aoife Cian Niamh Oisín Saoirse Conor Ciara Declan Róisín Eoin Maeve Fionn'),
    family: ["O'Brien", 'Murphy', 'Kelly', 'Byrne', 'Walsh', 'Doyle', "O'Connor", 'Gallagher', 'Nolan', 'Brennan'],
    cities: [
      ['Dublin', 'D02 X285'],
      ['Cork', 'T12 W8KP'],
      ['Galway', 'H91 E2K3'],
      ['Limerick', 'V94 T9PX'],
    ],
    streets: ['Main Street', 'Chapel Lane', 'Harbour Road', 'Bridge Street', 'Orchard Grove'],
    numberFirst: true,
  },
  {
    country: 'PT',
    given: words('Beatriz Tiago Mariana Gonçalo Inês Rui Matilde Duarte Joana Afonso Leonor Nuno'),
    family: words('Silva Ferreira Carvalho Teixeira Marques Pinto Azevedo Nogueira Barros Moreira'),
    cities: [
      ['Lisboa', '1100-148'],
      ['Porto', '4000-322'],
      ['Coimbra', '3000-033'],
      ['Braga', '4700-030'],
    ],
    streets: ['Rua das Flores', 'Rua Nova', 'Avenida da Liberdade', 'Rua do Sol', 'Travessa da Fonte'],
    numberFirst: false,
  },
  {
    country: 'GR',
    given: words('Eleni Nikos Katerina Giorgos Despina Kostas Ioanna Yannis Sofia Petros Danae Stavros'),
    family: words('Papadopoulou Nikolaidis Georgiou Vlachos Karagiannis Makris Antoniou Dimitriou Kazantzis Pappas'),
    cities: [
      ['Athína', '105 57'],
      ['Thessaloníki', '546 24'],
      ['Pátra', '262 21'],
      ['Irákleio', '712 02'],
    ],
    streets: ['Odos Ermou', 'Odos Athinas', 'Leoforos Kifisias', 'Odos Solonos', 'Odos Elytis'],
    numberFirst: false,
  },
];

/** Names of people who moved to one of the countries above. */
export const newcomers: readonly { given: readonly string[]; family: readonly string[] }[] = [
  {
    given: words('Aylin Mehmet Zeynep Emre Elif Kerem Defne Burak'),
    family: words('Yılmaz Demir Kaya Şahin Aydın Öztürk Arslan'),
  },
  {
    given: words('Priya Arjun Ananya Rohan Kavya Vikram Meera Nikhil'),
    family: words('Sharma Iyer Patel Nair Reddy Mehta Banerjee'),
  },
  {
    given: words('Mei Wei Xinyi Jun Lihua Haoran Yating Jian'),
    family: words('Chen Wang Liu Zhang Huang Lin Wu'),
  },
  {
    given: words('Amara Chinedu Ngozi Tunde Adaeze Femi Ifeoma Kofi'),
    family: words('Okafor Adeyemi Mensah Eze Balogun Owusu Nwosu'),
  },
  {
    given: words('Yuki Haruto Sakura Ren Aiko Kenji Hana Daichi'),
    family: words('Tanaka Sato Suzuki Yamamoto Kobayashi Mori Ito'),
  },
  {
    given: words('Layla Omar Nour Karim Salma Tariq Yasmin Hassan'),
    family: words('Haddad Mansour Khalil Nasser Aziz Rahman Saleh'),
  },
];

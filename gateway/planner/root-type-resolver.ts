// Root type resolver: objects of the query type below the root (`payload.query { … }`) need no key. Their fields are
// the root fields of another subgraph, and the whole data of its response is the object, the same at every place.
import { type EntityResolver, noKey } from './entity-resolver.ts';

export const rootTypeResolver: EntityResolver = {
  typeName: '',
  index: 0,
  key: noKey,
  isWithoutKey: false,
  fieldName: '',
  argumentNames: [],
  list: false,
  abstract: false,
  matchesByKey: false,
  runtime: { fieldName: '' },
};

// Hot path of execution: the techniques that make responses fast, and the only folder that uses them. Other files
// import from here alone, and `test/architecture.test.ts` holds that.
//
// Marks on parsed objects (`response-object.ts`, `object-collector.ts`). A subgraph's response is not copied: results
// of entity fetches, and the text of objects that stand in several places, are attached to the parsed objects. Objects
// with equal identity fields become one object. Safe, since marks are under symbols, which JSON cannot contain: a
// service cannot forge one, and no JSON text shows one; and since responses that several requests share are copied
// first, where they are written to (`../own-copies.ts`). Held by `test/security/internal-marks.test.ts`.
//
// Generated code (`generated-code.ts`, `properties.ts`, `serializer-codegen.ts`). A function made for one name has its
// own inline cache, and a serializer made for one plan has no branches on types. Safe, since only names of the schema
// and names and numbers of our own become code, while response keys and texts are passed in as data; and since what
// objects inherit are functions, which count as absent. Without permission to generate code there are plain functions,
// and the slow path. Held by `test/security/inherited-names.test.ts`, `test/security/names.test.ts` and the
// differential tests, which compare the text with what the slow path and graphql-js give.
//
// Escape sets (`../../json/escape-set.ts`, `chunks.ts`). The text of a response is searched once for the characters
// that are escaped in it; strings are then searched for those alone. Safe, since a string of parsed JSON contains a
// character that needs an escape only where its text had one. Texts from elsewhere, as of the entity cache and of
// resolvers, count as having all. Held by `test/security/escapes.test.ts` and `test/security/odd-texts.test.ts`.
//
// One array of chunks for all responses (`chunks.ts`). Safe, since writing is synchronous, and the array is emptied
// in the same turn, also when writing fails. Held by `serializer.test.ts`, which weighs the heap.
//
// What each is worth is measured in docs/engine.md, and by `bench/run.ts` on the whole.
export { type Collector, compileCollector } from './object-collector.ts';
export { type Read, reader, readProperty, writer } from './properties.ts';
export {
  EntityResult,
  entityResultIn,
  entityResultsOf,
  type ResponseObject,
  slotProperty,
} from './response-object.ts';
export { compileSerializer, type Serializer } from './serializer.ts';

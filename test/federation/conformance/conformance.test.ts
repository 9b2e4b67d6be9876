// Conformance with the specification of Apollo Federation: small graphs, composed from the SDL of their subgraphs, with
// the data and the number of requests to subgraphs that each operation must have.
// https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/subgraph-spec
import { describe, expect, test } from 'vitest';
import { serveFederation } from '../served-federation.ts';
import { abstractCombinations } from './abstract-combinations.ts';
import { argumentsDirectives } from './arguments-directives.ts';
import { circular } from './circular.ts';
import { combinations } from './combinations.ts';
import type { ConformanceCase } from './conformance-case.ts';
import { contexts } from './contexts.ts';
import { deepRequirements } from './deep-requirements.ts';
import { enumsInputs } from './enums-inputs.ts';
import { federationOne } from './federation-one.ts';
import { inaccessibleTags } from './inaccessible-tags.ts';
import { interfaceObjectForms } from './interface-object-forms.ts';
import { interfaceObjects } from './interface-objects.ts';
import { interfaces } from './interfaces.ts';
import { keys } from './keys.ts';
import { linkForms } from './link-forms.ts';
import { moreCombinations } from './more-combinations.ts';
import { mutations } from './mutations.ts';
import { nullsErrors } from './nulls-errors.ts';
import { overrides } from './overrides.ts';
import { provides } from './provides.ts';
import { queryRoots } from './query-roots.ts';
import { requires } from './requires.ts';
import { shareable } from './shareable.ts';
import { federatedService } from './table-service.ts';
import { unions } from './unions.ts';

const families: [family: string, cases: readonly ConformanceCase[]][] = [
  ['keys', keys],
  ['required fields', requires],
  ['provided fields', provides],
  ['interfaces', interfaces],
  ['interface objects', interfaceObjects],
  ['unions', unions],
  ['enums and inputs', enumsInputs],
  ['overrides', overrides],
  ['shared fields', shareable],
  ['Federation 1', federationOne],
  ['circular references', circular],
  ['mutations', mutations],
  ['query roots', queryRoots],
  ['combinations of abstract types', abstractCombinations],
  ['combinations', combinations],
  ['more combinations', moreCombinations],
  ['forms of links', linkForms],
  ['deep requirements', deepRequirements],
  ['forms of interface objects', interfaceObjectForms],
  ['nulls and errors', nullsErrors],
  ['arguments and directives', argumentsDirectives],
  ['hidden and guarded elements', inaccessibleTags],
  ['contexts', contexts],
];

describe.each(families)('%s', (_family, cases) => {
  test.each(cases)('$name', async ({ subgraphs, operations, isFederationOne }) => {
    const services = Object.entries(subgraphs).map(([name, table]) => [name, federatedService(table, isFederationOne)]);
    const { receive } = await serveFederation(Object.fromEntries(services));
    for (const [query, data, requests, { errors = {}, variables = {} } = {}] of operations) {
      const received = await receive(query, { variables });
      const messages = Object.entries(errors).map(([path, text]) => [path, expect.stringContaining(text)]);
      expect.soft(received, query).toEqual({ data, errors: Object.fromEntries(messages), requests });
    }
  });
});

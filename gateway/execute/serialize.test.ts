// Response serializer: entities that stand in several places are written once.
import { expect, test } from 'vitest';
import { testEngine } from '../../test/harness/engine.ts';
import type { Fetch } from '../query-plan/plan.ts';
import { compileSerializer } from './serialize.ts';
import { EntityResult, slotProperty } from './slot.ts';

const users = `
  type Query { users: [User]  _users(ids: [ID!]!): [User] @merge(keyField: "id") }
  type User { id: ID!  name: String }`;
const orders = `
  type Query { _users(ids: [ID!]!): [User] @merge(keyField: "id") }
  type User { id: ID!  limit: Int }`;

test.each([
  [true, 1],
  [false, 3],
])('the text of an entity result that is shared (%s) is written %i time(s)', (shared, writes) => {
  const { plan: planOf } = testEngine({ users, orders });
  const plan = planOf('{ users { limit } }');
  let reads = 0;
  const limit = new EntityResult();
  limit.shared = shared;
  limit.entity = {
    get limit() {
      reads += 1;
      return 5;
    },
  };
  const [root] = plan.fetches as [Fetch];
  const [entityFetch] = plan.entityFetches;
  const user = () => ({ [slotProperty(entityFetch?.id as number)]: limit });
  const response = new EntityResult();
  response.entity = { users: [user(), user(), user()] };
  const text = compileSerializer(plan)?.({ [slotProperty(root.slot as number)]: response }, '');
  expect(text).toBe('{"data":{"users":[{"limit":5},{"limit":5},{"limit":5}]}}');
  expect(reads).toBe(writes);
});

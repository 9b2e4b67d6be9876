// Response serializer: entities that stand in several places are written once.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { testEngine } from '../../../test/harness/engine.ts';
import type { Fetch } from '../../query-plan/plan.ts';
import { compileSerializer, EntityResult, slotProperty } from './index.ts';

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

test.each([
  ['written', 'end'],
  ['left to the slow path', 5],
])('a response that was %s is not retained in memory', (_what, last) => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const { plan: planOf } = testEngine({ users, orders });
  const plan = planOf('{ users { name } }');
  const [root] = plan.fetches as [Fetch];
  const serialize = compileSerializer(plan);
  const weigh = () => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const write = () => {
    // As parsed JSON has them: repeated texts are ropes, which take next to nothing.
    const texts = Array.from({ length: 100 }, (_, index) => JSON.parse(JSON.stringify(`${index}`.repeat(200_000))));
    const names = [...texts, last];
    const response = new EntityResult();
    response.entity = { users: names.map((name) => ({ name })) };
    return serialize?.({ [slotProperty(root.slot as number)]: response }, '')?.length;
  };
  const before = weigh();
  const length = write();
  expect(length === undefined).toBe(last === 5);
  expect(weigh() - before).toBeLessThan(5e6);
});

import { expect, test } from 'vitest';
import { ClientDirectory } from '../client-views/client-directory.ts';
import { type Endpoint, Endpoints } from './endpoints.ts';

const endpoint = (client: string | null) => ({ client }) as Endpoint;
const graph = endpoint(null);
const web = endpoint('web');
const old = endpoint('web@1');
const mobile = endpoint('mobile');
const listed = (reference: string, version: string | null, view: Endpoint, aliases: string[] = []) => ({
  ...{ reference, version, view, aliases },
  name: reference.replace(/@.*/, ''),
});
const clients = new ClientDirectory([
  listed('web', '2', web),
  listed('web@1', '1', old),
  listed('mobile', null, mobile, ['com.shop.app-apollo-ios']),
]);
const options = { path: '/graphql', clients, clientsOnly: false, listsClients: true };

test('a path names a client, and a version where it has one', () => {
  const endpoints = new Endpoints(graph, options);
  expect(endpoints.select('/graphql', {})).toBe(graph);
  expect(endpoints.select('/graphql/web', {})).toBe(web);
  expect(endpoints.select('/graphql/web%401', {})).toBe(old);
  expect(endpoints.select('/graphql/%E0%A4%A', {})).toMatch('There is no client of this name.');
  expect(endpoints.select('/graphql/web', { 'graphql-client-version': '1' })).toBe(old);
  expect(endpoints.select('/graphql/web', { 'graphql-client-version': '3.4' })).toBe(web);
});

test('of several headers the first with a value counts', () => {
  const endpoints = new Endpoints(graph, options);
  const headers = { 'graphql-client-name': '', 'x-graphql-client-name': 'mobile', 'apollographql-client-name': 'web' };
  expect(endpoints.select('/graphql', headers)).toBe(mobile);
  expect(endpoints.select('/graphql', { 'graphql-client-name': 'unknown' })).toBe(graph);
});

test('without a client there is no endpoint, where only clients are served', () => {
  const endpoints = new Endpoints(graph, { ...options, clientsOnly: true });
  expect(endpoints.select('/graphql', { 'graphql-client-name': 'Web' })).toBe(
    'There is no client of this name; did you mean web? Known clients: web, web@1, mobile.',
  );
  expect(endpoints.select('/graphql', {})).toBe(
    'Name the client, by /graphql/<client> or graphql-client-name. Known clients: web, web@1, mobile.',
  );
  expect(endpoints.select('/graphql', { 'graphql-client-name': 'mobile' })).toBe(mobile);
});

test('headers decide where a path can be for several graphs, and nowhere else', () => {
  const endpoints = new Endpoints(graph, options);
  expect(endpoints.selectedBy('/graphql')).toContain('apollographql-client-name');
  expect(endpoints.selectedBy('/graphql/web')).toEqual([
    'graphql-client-version',
    'x-graphql-client-version',
    'apollographql-client-version',
  ]);
  expect(endpoints.selectedBy('/graphql/web@1')).toEqual([]);
  expect(endpoints.selectedBy('/graphql/mobile')).toEqual([]);
  expect(endpoints.selectedBy('/graphql/com.shop.app-apollo-ios')).toEqual([]);
  const alone = new Endpoints(graph, { ...options, clients: new ClientDirectory([]) });
  expect(alone.selectedBy('/graphql')).toEqual([]);
});

test('where clients are not listed, no message names one', () => {
  const endpoints = new Endpoints(graph, { ...options, listsClients: false });
  expect(endpoints.select('/graphql/wep', {})).toBe('There is no client of this name. GraphQL is at /graphql.');
  const only = new Endpoints(graph, { ...options, listsClients: false, clientsOnly: true });
  expect(only.select('/graphql', { 'graphql-client-name': 'Web' })).toBe('There is no client of this name.');
  expect(only.select('/graphql', {})).toBe('Name the client, by /graphql/<client> or graphql-client-name.');
});

test('the path of the graph may be another one', () => {
  const endpoints = new Endpoints(graph, { ...options, path: '/api/graphql' });
  expect(endpoints.has('/graphql')).toBe(false);
  expect(endpoints.select('/api/graphql/', {})).toBe(graph);
  expect(endpoints.select('/api/graphql/web@1', {})).toBe(old);
  expect(endpoints.selectedBy('/api/graphql')).toContain('graphql-client-name');
});

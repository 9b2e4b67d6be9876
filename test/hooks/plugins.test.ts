// Yoga plugins beside hooks: a warning at start, and both are called.
import { describe, expect, test } from 'vitest';
import { checkConfig } from '../../gateway/config/load.ts';
import { pluginWarnings } from '../../gateway/start-warnings.ts';
import { startShop } from './shop.ts';

const subgraphs = { users: { url: 'http://127.0.0.1:1/graphql', schema: 'users.graphql' } };
const plugin = { onExecute() {} };

describe('plugins', () => {
  test('warn at start of what they switch off', () => {
    const warnings = (websocket: { enabled?: boolean }) =>
      pluginWarnings(checkConfig({ subgraphs, plugins: [plugin], websocket }));
    expect(warnings({})).toEqual([
      'plugins: the fast path is off, and WebSockets are off (websocket.enabled switches them on; their operations do not pass the plugins); hooks keep both',
    ]);
    expect(warnings({ enabled: true })).toEqual([
      'plugins: the fast path is off, and operations over WebSockets do not pass the plugins; hooks keep both',
    ]);
    expect(pluginWarnings(checkConfig({ subgraphs, hooks: { onOperation() {} } }))).toEqual([]);
  });

  test('are called beside hooks', async () => {
    const seen: string[] = [];
    const { gateways } = await startShop(
      { onOperation: () => void seen.push('operation'), onResponse: () => void seen.push('response') },
      { plugins: [{ onExecute: () => void seen.push('plugin') }] },
    );
    for (const gateway of gateways) {
      seen.length = 0;
      expect((await gateway.send('{ greeting }')).data).toEqual({ greeting: 'Hello none' });
      expect(seen).toEqual(['plugin', 'operation', 'response']);
    }
  });
});

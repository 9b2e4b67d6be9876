// Warnings about Yoga plugins, logged at start: what they switch off, and what they do not see.
import type { CheckedConfig } from './config/config.ts';
import { acceptsWebSockets } from './config/websocket.ts';

export function pluginWarnings({ plugins, websocket }: Pick<CheckedConfig, 'plugins' | 'websocket'>): string[] {
  if (plugins.length === 0) return [];
  const webSockets = acceptsWebSockets(websocket, plugins)
    ? 'operations over WebSockets do not pass the plugins'
    : 'WebSockets are off (websocket.enabled switches them on; their operations do not pass the plugins)';
  return [`plugins: the fast path is off, and ${webSockets}; hooks keep both`];
}

// The MCP server library: an optional peer, loaded when a request needs it.
import { createRequire } from 'node:module';
import { ConfigError } from '../../config/config-error.ts';

const library = '@modelcontextprotocol/server';

export type McpLibrary = typeof import('@modelcontextprotocol/server');

/** @throws ConfigError where the package is not installed. @param client that has tools. */
export function requireLibrary(
  client: string,
  resolve: (name: string) => string = createRequire(import.meta.url).resolve,
): void {
  try {
    resolve(library);
  } catch (cause) {
    throw new ConfigError(
      `mcp: the client ${client} has tools, for which ${library} is needed: npm install ${library}, or set mcp: false`,
      { cause },
    );
  }
}

export function loadLibrary(): Promise<McpLibrary> {
  return import('@modelcontextprotocol/server');
}

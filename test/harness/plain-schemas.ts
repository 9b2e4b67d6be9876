// The demo's SDL without its policies: for tests of what the gateway does for everybody, as often as they like.
import { globSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type DirectiveNode, parse, visit } from 'graphql';

/** These say how types merge; all others are policies. */
const stitching = ['key', 'merge', 'computed', 'canonical'];

/** Writes the schema files into another folder, without policies; returns that folder. */
export function writePlainSchemas(from: string, to: string): string {
  for (const path of ['gateway.graphql', ...globSync('subgraphs/*.graphql', { cwd: from })]) {
    const file = join(to, path);
    mkdirSync(dirname(file), { recursive: true });
    // Test files run side by side: none must find half a file of another.
    writeFileSync(`${file}.${process.pid}`, withoutPolicies(readFileSync(join(from, path), 'utf8')));
    renameSync(`${file}.${process.pid}`, file);
  }
  return to;
}

function withoutPolicies(sdl: string): string {
  const policies: DirectiveNode[] = [];
  visit(parse(sdl), {
    Directive(node) {
      if (!stitching.includes(node.name.value)) policies.push(node);
    },
  });
  return policies.reduceRight((text, { loc }) => text.slice(0, loc?.start).trimEnd() + text.slice(loc?.end), sdl);
}

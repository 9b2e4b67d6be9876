// Comments of the configuration's options in the package's typings: the compiler leaves them out of types that it infers.
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'rolldown/utils';
import { descendants, type Node, type ObjectDocs, readOptionDocs, signatureOf } from './option-docs.ts';

/** Writes the comments of all options into the typings in `dist`; returns how many. */
export function commentOptions(dist: string): number {
  const docs = readOptionDocs();
  return globSync('gateway/**/*.d.ts', { cwd: dist })
    .map((file) => commentFile(join(dist, file), docs))
    .reduce((sum, count) => sum + count, 0);
}

function commentFile(file: string, docs: ReadonlyMap<string, readonly ObjectDocs[]>): number {
  const text = readFileSync(file, 'utf8');
  if (!text.includes('ZodObject<{')) return 0;
  const edits = descendants(parseSync(file, text).program).flatMap((node) => {
    if (node.type !== 'TSTypeLiteral') return [];
    const members = (node.members as Node[]).filter(({ type }) => type === 'TSPropertySignature');
    const names = members.map(({ key }) => textOf(text, key as Node));
    const [known] = docs.get(signatureOf(names)) ?? [];
    return members.flatMap(({ start }, index) => {
      const doc = known?.get(names[index] as string);
      return doc ? [{ start, comment: `/**\n * ${doc.text}\n * @example ${doc.example}\n */\n` }] : [];
    });
  });
  const commented = edits
    .sort((one, other) => other.start - one.start)
    .reduce((rest, { start, comment }) => rest.slice(0, start) + comment + rest.slice(start), text);
  writeFileSync(file, commented);
  return edits.length;
}

function textOf(text: string, { start, end }: Node): string {
  return text.slice(start, end).replaceAll(/^['"]|['"]$/g, '');
}

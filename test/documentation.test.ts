// Links of the documentation: files and headings that they lead to, and the list of pages.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import { root } from './harness/gateway.ts';

const pages = globSync(['*.md', 'docs/*.md', '.changeset/README.md', '{clients,bench,examples,test}/**/README.md'], {
  cwd: root,
  exclude: ['**/node_modules/**', '**/.baseline/**'],
});

/** Text without code: what looks like a link there is none. */
const withoutCode = (text: string) => text.replace(/^```[\s\S]*?^```$|^ {4}.*$|`[^`\n]*`/gm, '');

/** Relative targets of a page's links. */
function linksOf(page: string): string[] {
  const text = withoutCode(readFileSync(root + page, 'utf8'));
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target as string)
    .filter((target) => !/^\w+:/.test(target));
}

/** Anchors of a page's headings, as GitHub makes them. */
function anchorsOf(page: string): Set<string> {
  const text = readFileSync(root + page, 'utf8').replace(/^```[\s\S]*?^```$/gm, '');
  const anchors = new Set<string>();
  for (const [, heading = ''] of text.matchAll(/^#+ (.*)$/gm)) {
    const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const anchor = plain.replace(/[^\p{L}\p{N}\p{M} _-]/gu, '').replaceAll(' ', '-');
    let unique = anchor;
    for (let count = 1; anchors.has(unique); count += 1) unique = `${anchor}-${count}`;
    anchors.add(unique);
  }
  return anchors;
}

test('every link leads to a file, and to a heading of it', () => {
  expect(pages.length).toBeGreaterThan(25);
  const broken = pages.flatMap((page) =>
    linksOf(page).flatMap((link) => {
      const [path = '', anchor] = decodeURI(link).split('#');
      const target = path === '' ? page : normalize(join(dirname(page), path));
      const isFound = existsSync(root + target) && (anchor === undefined || anchorsOf(target).has(anchor));
      return isFound ? [] : [`${page}: ${link}`];
    }),
  );
  expect(broken).toEqual([]);
});

test('the README lists every page of the documentation once', () => {
  const rows = readFileSync(`${root}README.md`, 'utf8').match(/^\| \[docs\/.*$/gm) ?? [];
  const listed = rows.flatMap((row) =>
    [...row.matchAll(/\]\(docs\/([\w-]+\.md)\)/g)].map(([, page]) => page as string),
  );
  expect(listed.sort()).toEqual(globSync('*.md', { cwd: `${root}docs` }).sort());
});

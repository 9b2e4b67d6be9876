// Licence notices of the bundled libraries: their licences require them wherever the code goes.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Author {
  name?: string;
}

interface LibraryManifest {
  name: string;
  version: string;
  license?: string;
  author?: string | Author;
  homepage?: string;
  repository?: string | { url?: string };
}

const graphiql = `

GraphiQL's page, as @graphql-yoga/render-graphiql publishes it, contains GraphiQL (Copyright GraphQL Contributors), Monaco
Editor (Copyright Microsoft Corporation) and React (Copyright Meta Platforms, Inc. and affiliates), which are under the MIT
licence as well.`;

/**
 * @param folders of the packages, in order. @param more about what packages contain of others.
 * @throws Error for a package without a licence.
 */
export function printNotices(folders: readonly string[], more = graphiql): string {
  return `# Third-party notices

This folder contains code of the packages below, unchanged but for being put into one module each. Every one is under
the licence that is printed with it.${more}
${[...new Set(folders.map(noticeOf))].join('')}`;
}

function noticeOf(folder: string): string {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as LibraryManifest;
  const { name, version, license, repository, homepage } = manifest;
  if (!license) throw new Error(`${name} has no licence`);
  const source = (typeof repository === 'string' ? repository : repository?.url) ?? homepage;
  const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)(\.\w+)?$/i.test(entry));
  const text = file ? readFileSync(join(folder, file), 'utf8') : standardText(manifest);
  return `
## ${name} ${version}

${license}${source ? `, ${source.replace(/^git\+/, '').replace(/\.git$/, '')}` : ''}

${text
  .trim()
  .split('\n')
  .map((line) => `    ${line}`.trimEnd())
  .join('\n')}
`;
}

/** For packages that name their licence and do not print it. */
function standardText({ name, license, author }: LibraryManifest): string {
  if (license !== 'MIT') throw new Error(`${name} is under ${license}, and does not contain its text`);
  const holder = typeof author === 'string' ? author : author?.name;
  return `MIT License

Copyright (c) ${holder ?? `the authors of ${name}`}

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.`;
}

/** The packages of a text that `printNotices` made, as `name@version`. */
export function noticedPackages(text: string): string[] {
  return [...text.matchAll(/^## (\S+) (\d\S*)$/gm)].map(([, name, version]) => `${name}@${version}`);
}

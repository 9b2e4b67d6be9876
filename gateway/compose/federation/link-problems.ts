// Problems of `@link` in the SDL of a Federation subgraph (https://specs.apollo.dev/link/v1.0), which composition does
// not report, or not in a form that says what to write.
import { type DirectiveNode, type DocumentNode, Kind, print, type ValueNode } from 'graphql';
import { appliedDirectives, linkExample } from '../sdl-problems.ts';
import { composing, importOf, importsOf, linksFederation, linksIn } from './federation-names.ts';
import { federationVersions } from './federation-versions.ts';

const importCode = 'INVALID_LINK_DIRECTIVE_USAGE';
const urlCode = 'INVALID_LINK_IDENTIFIER';

const federationUrl = 'https://specs.apollo.dev/federation/';

/** Directives of Apollo's specifications, which a document may import. */
const linkable: ReadonlySet<string> = new Set([
  ...composing,
  ...['inaccessible', 'tag', 'authenticated', 'requiresScopes', 'policy', 'cost', 'listSize'],
]);

/** One message for each problem, without the subgraph's name. */
export function linkProblems(document: DocumentNode): string[] {
  const links = appliedDirectives(document).flatMap(({ coordinate, directive }) =>
    coordinate === 'schema' && directive.name.value === 'link' ? [directive] : [],
  );
  const isDefined = document.definitions.some(
    (node) => node.kind === Kind.DIRECTIVE_DEFINITION && node.name.value === 'link',
  );
  const federation = linksIn(document);
  if (federation.length === 0 && links.length > 0 && !isDefined) return [noFederation(links)];
  if (federation.length > 1)
    return [`@link links Federation more than once: write one, with all that is imported (${importCode})`];
  return [...federation.flatMap(urlProblems), ...(federation.length === 0 ? withoutLink(document) : [])];
}

/** A document that uses `@link` without linking Federation, and without defining what `@link` is. */
function noFederation(links: readonly DirectiveNode[]): string {
  const urls = links.map((link) => urlOf(link) ?? 'nothing (it has no url)').join(' and ');
  return (
    `@link links ${urls}, and not Federation (${federationUrl}, ${federationVersions}); ` +
    `write ${linkExample('key')}, or define @link in the SDL of a service that is no Federation subgraph`
  );
}

function urlProblems(link: DirectiveNode): string[] {
  const url = urlOf(link) ?? '';
  const [, version = ''] = /\/federation\/([^/]*)\/?$/.exec(url) ?? [];
  if (!/^v\d+\.\d+$/.test(version) || version.startsWith('v1.')) {
    return [
      `@link links ${url}, which is no version of Federation 2: write ${federationUrl}v2.9, or another of ${federationVersions} (${urlCode})`,
    ];
  }
  return url.startsWith('https:') ? [] : [`@link links ${url}: write ${federationUrl}${version} (${urlCode})`];
}

/**
 * Problems with the imports of a link of one of Apollo's specifications. Names in another form than the specification's
 * would be ignored, and guards with them.
 */
export function importProblems(link: DirectiveNode): string[] {
  if (!isApollo(link)) return [];
  const where = `@link(url: "${urlOf(link)}")`;
  const imports = argumentOf(link, 'import');
  if (imports && imports.kind !== Kind.LIST)
    return [`${where} imports ${print(imports)}, which is no list: write [${print(imports)}] (${importCode})`];
  return importsOf(imports).flatMap((item) => {
    const { name, local } = importOf(item);
    if (name === undefined || local === undefined) {
      return [
        `${where} imports ${print(item)}: write "@directive", "Type" or { name: "@directive", as: "@other" } (${importCode})`,
      ];
    }
    const isDirective = name.startsWith('@');
    if (isDirective ? local.startsWith('@') : !linkable.has(name)) return [];
    const right = `@${name.replace(/^@/, '')}`;
    const own = `@${local.replace(/^@/, '')}`;
    const write = right === own ? `"${right}"` : `{ name: "${right}", as: "${own}" }`;
    return [`${where} imports ${print(item)}: the name of a directive begins with @; write ${write} (${importCode})`];
  });
}

/** Composition takes `@override` in the SDL of Federation 1, which does not have it, and may ignore it. */
function withoutLink(document: DocumentNode): string[] {
  return appliedDirectives(document).flatMap(({ coordinate, directive }) =>
    directive.name.value === 'override' && argumentOf(directive, 'from')
      ? [
          `@override at ${coordinate} is of Federation 2, and this is SDL of Federation 1: link Federation 2 with ` +
            `${linkExample('override')} (INVALID_GRAPHQL)`,
        ]
      : [],
  );
}

function isApollo(link: DirectiveNode): boolean {
  return linksFederation(link) || /^https?:\/\/specs\.apollo\.dev\//.test(urlOf(link) ?? '');
}

function urlOf(link: DirectiveNode): string | undefined {
  const value = argumentOf(link, 'url');
  return value?.kind === Kind.STRING ? value.value : undefined;
}

function argumentOf({ arguments: args = [] }: DirectiveNode, name: string): ValueNode | undefined {
  return args.find((each) => each.name.value === name)?.value;
}

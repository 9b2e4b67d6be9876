// `concierge changelog`: what has changed in the graph, and in each client's view of it, between two states, as Markdown or JSON.
// Makes no requests to services, but for schemas that are fetched from them.
import { resolve } from 'node:path';
import { type ChangeLevel, changeLevels, diffSchemas, type SchemaChange } from '../../check/schema-changes.ts';
import { loadClients } from '../../client-views/load-clients.ts';
import { openComposition } from '../../composition.ts';
import { type ComposableOptions, loadComposable } from '../composable.ts';
import { currentGraph, type GraphAt, graphAt } from './graph-at.ts';

export interface ChangelogOptions extends ComposableOptions {
  /** File or git revision. */
  from: string;
  /** The same; the configuration's files by default. */
  to?: string;
  json?: boolean;
}

type Change = Pick<SchemaChange, 'coordinate' | 'level' | 'message' | 'isDescription'>;

/** Output with `--json`; docs/checks.md has the shape. */
export interface Changelog {
  version: 1;
  from: string;
  to: string;
  changes: readonly Change[];
  clients: readonly {
    name: string;
    state: 'new' | 'removed' | 'changed' | 'unchanged' | 'unknown';
    changes: readonly Change[];
  }[];
}

export async function changelog({ from, to, json = false, ...options }: ChangelogOptions): Promise<void> {
  const { config, folder } = await loadComposable(options);
  const composition = openComposition(config, folder);
  try {
    const clients = [...(await loadClients(resolve(folder, config.clients.folder))).values()];
    const graph = composition.compose();
    const project = { folder, graphFile: resolve(folder, config.graph), clients, sources: graph.sources };
    const before = graphAt(from, project);
    const after = to === undefined ? currentGraph(composition, graph, clients) : graphAt(to, project);
    const compared = await compare(before, after);
    console.log(json ? JSON.stringify(compared, null, 2) : asMarkdown(compared));
  } finally {
    await composition.close();
  }
}

async function compare(before: GraphAt, after: GraphAt): Promise<Changelog> {
  const names = [...new Set([...before.views.keys(), ...after.views.keys()])].sort();
  const clients = names.map(async (name): Promise<Changelog['clients'][number]> => {
    const [old, next] = [before.views.get(name), after.views.get(name)];
    if (old === undefined) return { name, state: 'new', changes: [] };
    if (next === undefined) return { name, state: 'removed', changes: [] };
    if (old === null || next === null) return { name, state: 'unknown', changes: [] };
    const changes = (await diffSchemas(old, next)).map(asChange);
    return { name, state: changes.length > 0 ? 'changed' : 'unchanged', changes };
  });
  return {
    version: 1,
    from: before.name,
    to: after.name,
    changes: (await diffSchemas(before.schema, after.schema)).map(asChange),
    clients: await Promise.all(clients),
  };
}

function asChange({ coordinate, level, message, isDescription }: SchemaChange): Change {
  return { coordinate, level, message, isDescription };
}

const headings: Record<ChangeLevel, string> = { breaking: 'Breaking', dangerous: 'Dangerous', safe: 'Safe' };

function asMarkdown({ from, to, changes, clients }: Changelog): string {
  const sections = [
    '# Changes of the graph',
    `From ${escaped(from)} to ${escaped(to)}.`,
    ...(changes.length === 0 ? ['Nothing changes.'] : grouped(changes, '##')),
    ...clients.flatMap(({ name, state, changes: ofView }) => [
      `## Client ${escaped(name)}`,
      ...(state === 'changed' ? grouped(ofView, '###') : [sentences[state]]),
    ]),
  ];
  return sections.join('\n\n');
}

const sentences = {
  new: 'It is new.',
  removed: 'It is removed.',
  unchanged: 'Its view does not change.',
  unknown: 'Its view cannot be built of both graphs with its definition.',
} as const;

/** The sections of the levels; descriptions are counted. */
function grouped(changes: readonly Change[], heading: string): string[] {
  return changeLevels.flatMap((level) => {
    const ofLevel = changes.filter((change) => change.level === level);
    const listed = ofLevel.filter(({ isDescription }) => !isDescription);
    const lines = listed.map(({ coordinate, message }) => `- \`${coordinate}\`: ${escaped(message)}`);
    const descriptions = ofLevel.length - listed.length;
    if (descriptions > 0) lines.push(`- ${descriptions === 1 ? '1 description' : `${descriptions} descriptions`}`);
    return lines.length > 0 ? [`${heading} ${headings[level]}`, lines.join('\n')] : [];
  });
}

/** Text without line ends, and without what Markdown takes for markup. */
function escaped(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ').replace(/[\\`*[\]<>]/g, '\\$&');
}

// A random graph as it is served: its services, and before them a gateway with the fast path and one without, each with
// a view.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkClient } from '../../../gateway/client-views/load-clients.ts';
import { createGateway, type Gateway } from '../../../gateway/index.ts';
import { Fixtures } from './fixtures.ts';
import type { GraphModel } from './model.ts';
import { type Service, startService } from './services.ts';
import { noRenames, type Whole, wholeOf } from './single-schema.ts';
import { Sender } from './transports.ts';

export interface ServedGraph {
  graph: GraphModel;
  services: readonly Service[];
  /** The graph without services, and as its view has it. */
  whole: Whole;
  wholeView: Whole;
  /** With the fast path, and without. */
  fast: Sender;
  fallback: Sender;
  /** Takes what is wrong with the requests that services have had since it was called last. */
  takeFaults(): string[];
  stop(): Promise<void>;
}

/** Every operation of a random graph may be sent, however large. */
const limits = {
  depth: false,
  aliases: false,
  rootFields: false,
  tokens: false,
  directives: false,
  cost: false,
} as const;

export async function serve(graph: GraphModel): Promise<ServedGraph> {
  const fixtures = new Fixtures(graph);
  let faults: string[] = [];
  const services = await Promise.all(
    graph.services.map((name) => startService(name, fixtures, (fault) => faults.push(fault))),
  );
  const folder = mkdtempSync(join(tmpdir(), 'concierge-random-'));
  for (const { name, sdl } of services) writeFileSync(join(folder, `${name}.graphql`), sdl);
  const definition = checkClient({ rename: graph.renames, exclude: [...graph.hidden] });
  const client = { reference: 'view', name: 'view', version: null, folder, definition };
  const gateways: Gateway[] = [];
  const stop = async () => {
    for (const gateway of gateways) await gateway.stop();
    for (const service of services) await service.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  const start = async (fastPath: boolean): Promise<Sender> => {
    const { maxKeys, cache } = graph.settings;
    const subgraphs = Object.fromEntries(
      services.map(({ name, url }) => [
        name,
        { url, schema: join(folder, `${name}.graphql`), ...(maxKeys !== undefined && { maxKeys }) },
      ]),
    );
    const config = {
      ...({ port: 0, log: { level: 'silent' }, overload: false, csrf: false, limits, subgraphs, fastPath } as const),
      ...(cache && { cache }),
    };
    const gateway = createGateway(config, { folder, clients: [client] });
    gateways.push(gateway);
    return new Sender(await gateway.start());
  };
  try {
    const [fast, fallback] = [await start(true), await start(false)];
    return {
      graph,
      services,
      whole: wholeOf(fixtures, noRenames),
      wholeView: wholeOf(fixtures, graph.renames, graph.hidden),
      fast,
      fallback,
      takeFaults() {
        const taken = faults;
        faults = [];
        return taken;
      },
      async stop() {
        fast.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    const sdls = services.map(({ name, sdl }) => `# ${name}\n${sdl}`).join('\n\n');
    throw new Error(`The gateway does not start for seed ${graph.seed}: ${error}\n${sdls}`, { cause: error });
  }
}

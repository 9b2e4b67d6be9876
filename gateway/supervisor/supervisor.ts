// Supervisor: the process of `concierge start`, which starts the workers that serve, distributes connections to them, and
// ends with them. It composes nothing itself, so that it starts at once and takes little memory.
import cluster from 'node:cluster';
import { Relay } from '../cluster/relay.ts';
import { onEndSignals } from './end-signals.ts';
import type { HealthServer } from './health-server.ts';
import { reloadTopic, type WorkerSetup } from './messages.ts';
import { serveWorkers } from './services.ts';
import type { StartWatcher } from './start-watcher.ts';
import type { SupergraphPoller } from './supergraph-poller.ts';
import { SupervisorLog } from './supervisor-log.ts';
import { WorkerPool } from './worker-pool.ts';
import type { Heartbeat } from './worker-process.ts';

/** The option of the command line that a worker is started with. */
export const supervisedOption = '--supervised';

/**
 * Runs until a signal ends it, or the first worker cannot be started.
 * @param heartbeat of the workers. Default: not ready without one for 1 s, killed after 10 s.
 */
export async function supervise(heartbeat?: Heartbeat): Promise<void> {
  cluster.schedulingPolicy = cluster.SCHED_RR;
  cluster.setupPrimary({
    args: [...process.argv.slice(2), supervisedOption],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await new Supervisor(heartbeat).start();
}

class Supervisor {
  readonly #log = new SupervisorLog();
  readonly #relay = new Relay();
  readonly #pool: WorkerPool;
  #health: HealthServer | null = null;
  #watcher: StartWatcher | null = null;
  #poller: SupergraphPoller | null = null;
  #isStopping = false;
  #exitCode = 0;

  constructor(heartbeat?: Heartbeat) {
    const onSetup = (setup: WorkerSetup) => {
      void this.#configure(setup);
      void this.#watch(setup);
      void this.#pollSupergraph(setup);
    };
    this.#pool = new WorkerPool({ log: this.#log, relay: this.#relay, onSetup, heartbeat });
  }

  async start(): Promise<void> {
    serveWorkers(this.#relay);
    this.#relay.on(reloadTopic, () => this.#pool.reload('request', true));
    onEndSignals((signal) => void this.#stop(signal));
    process.on('SIGHUP', (signal) => this.#onSighup(signal));
    const started = await this.#pool.start();
    if (this.#isStopping) return;
    if ('failure' in started) {
      console.error(started.failure);
      process.exit(1);
    }
    const { version, workers } = this.#pool.setup as WorkerSetup;
    const { url, graph } = started;
    this.#log.info({ url, graph, version, ...(workers > 1 && { workers }) }, 'listening');
  }

  async #configure({ log, health }: WorkerSetup): Promise<void> {
    this.#log.configure(log);
    const current = this.#health;
    if (current?.address.port === health?.port && current?.address.host === health?.host) return;
    this.#health = null;
    current?.close();
    if (!health) return;
    const { HealthServer } = await import('./health-server.ts');
    const server = new HealthServer(health, () => this.#state());
    this.#health = server;
    try {
      this.#log.info({ url: await server.listen() }, 'listening for health');
    } catch (error) {
      await this.#fail(error instanceof Error ? error.message : String(error));
    }
  }

  async #watch(setup: WorkerSetup): Promise<void> {
    if (setup.watched === null && this.#watcher === null) return;
    const { StartWatcher } = await import('./start-watcher.ts');
    this.#watcher ??= new StartWatcher((files) => void this.#pool.reload('files', false, files));
    await this.#watcher.watch(setup);
  }

  async #pollSupergraph({ supergraph }: WorkerSetup): Promise<void> {
    if (supergraph === null && this.#poller === null) return;
    const { SupergraphPoller } = await import('./supergraph-poller.ts');
    this.#poller ??= new SupergraphPoller(() => this.#pool.reload('supergraph', false), this.#log);
    this.#poller.configure(supergraph);
  }

  /** Of a terminal that is closed, and else the usual request to read the configuration again. */
  #onSighup(signal: NodeJS.Signals): void {
    if (process.stdout.isTTY) void this.#stop(signal);
    else void this.#pool.reload('signal', true);
  }

  #state() {
    const { workers, generation } = this.#pool;
    return {
      isAlive: workers.some(({ isAlive }) => isAlive),
      isReady: !this.#isStopping && workers.some(({ isReady }) => isReady),
      generation,
    };
  }

  async #stop(signal: NodeJS.Signals): Promise<void> {
    if (this.#isStopping) {
      this.#exitCode = 1;
      this.#pool.end();
      return;
    }
    this.#isStopping = true;
    this.#poller?.close();
    this.#log.info({ signal }, 'stopping');
    await Promise.all([this.#pool.stop(signal === 'SIGINT' ? 'interrupt' : 'stop'), this.#watcher?.close()]);
    this.#log.info({}, 'stopped');
    await this.#exit(this.#exitCode);
  }

  /** What cannot be served at the start ends the process; later, it goes on without. */
  async #fail(reason: string): Promise<void> {
    if (this.#pool.generation > 1) {
      this.#log.error({ reason }, 'health checks cannot be served');
      return;
    }
    this.#isStopping = true;
    console.error(reason);
    this.#pool.end();
    await this.#pool.stop();
    await this.#exit(1);
  }

  async #exit(code: number): Promise<never> {
    await this.#log.flush();
    return process.exit(code);
  }
}

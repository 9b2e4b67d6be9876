// HAProxy before gateways, which keeps connections to them, sends each request once, and goes by their `/readiness`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePorts } from '../harness/ports.ts';
import { requireProgram } from '../harness/programs.ts';

export interface Balancer {
  /** Of its clients, without a path. */
  origin: string;
  /** Resolves when the gateway on this port is in this state to HAProxy. */
  until(port: number, state: 'UP' | 'DOWN'): Promise<void>;
  stop(): Promise<void>;
}

interface BalancerOptions {
  /** Of the gateways. */
  ports: readonly number[];
  /** Milliseconds between two health checks; one that fails takes the gateway out. */
  interval: number;
  /** Writes the configuration's text to a file; returns its path. */
  write(text: string): string;
}

/**
 * No request is sent again, and connections are used by all clients: a gateway that loses a request on a connection that
 * it closes would show.
 */
function configuration(port: number, statistics: number, { ports, interval }: BalancerOptions): string {
  return `
defaults
  mode http
  retries 0
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  timeout check 5s
frontend clients
  bind 127.0.0.1:${port}
  default_backend gateways
frontend statistics
  bind 127.0.0.1:${statistics}
  stats enable
  stats uri /
backend gateways
  balance roundrobin
  http-reuse always
  option httpchk GET /readiness
  default-server check inter ${interval} fall 1 rise 1
${ports.map((own) => `  server g${own} 127.0.0.1:${own}`).join('\n')}
`;
}

/** Resolves when it listens and all gateways are up to it. */
export async function startHaproxy(options: BalancerOptions): Promise<Balancer> {
  const [port = 0, statistics = 0] = await freePorts(2);
  const file = options.write(configuration(port, statistics, options));
  const child = spawn(requireProgram('haproxy'), ['-db', '-f', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  let printed = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  const ended = once(child, 'exit');
  const stateOf = async (gateway: number): Promise<string> => {
    if (child.exitCode !== null) throw new Error(`HAProxy has ended: ${printed}`);
    const csv = await fetch(`http://127.0.0.1:${statistics}/;csv`).then(
      (response) => response.text(),
      () => '',
    );
    const [head = '', ...rows] = csv.split('\n');
    const status = head.split(',').indexOf('status');
    return rows.find((row) => row.startsWith(`gateways,g${gateway},`))?.split(',')[status] ?? '';
  };
  const until = async (gateway: number, state: 'UP' | 'DOWN'): Promise<void> => {
    // Each of them takes a turn of HAProxy's; the test ends by its own time-out.
    while (!(await stateOf(gateway)).startsWith(state)) await once(AbortSignal.timeout(20), 'abort');
  };
  for (const gateway of options.ports) await until(gateway, 'UP');
  return {
    origin: `http://127.0.0.1:${port}`,
    until,
    async stop() {
      if (child.exitCode === null) child.kill('SIGKILL');
      await ended;
    },
  };
}

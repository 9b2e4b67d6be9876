// The command that serves the benchmark's four subgraphs: `node subgraphs/server.ts [--free-ports] [--latency 5]`.

import { subgraphs } from './graph.ts';
import { serve } from './serve.ts';

await serve(subgraphs, process.argv.slice(2));

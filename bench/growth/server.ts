// Serves a generated graph: `node growth/server.ts <number of subgraphs> [--free-ports]`.

import { serve } from '../subgraphs/serve.ts';
import { generatedGraph } from './generated.ts';

const [count, ...rest] = process.argv.slice(2);
await serve(generatedGraph(Number(count)), rest);

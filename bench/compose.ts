// Writes `supergraph.graphql`, the one file that every gateway in the benchmark reads. Run by hand (`npm run compose`) when
// an SDL has changed.

import { writeFileSync } from 'node:fs';
import { composeSupergraph } from './composition.ts';
import { subgraphs } from './subgraphs/graph.ts';

writeFileSync(new URL('./supergraph.graphql', import.meta.url), `${composeSupergraph(subgraphs)}\n`);
console.log(`Composed ${subgraphs.length} subgraphs into supergraph.graphql`);

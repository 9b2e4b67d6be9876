// Page "operations": what each operation takes and costs, for all clients or one, and by client.
import { useState } from 'preact/hooks';
import type { Figures, OperationsMessage, ShownOperation } from '../gateway/server/console/messages.ts';
import { count, duration, percent, period, rate } from './format.ts';
import { Scroll } from './scroll.tsx';
import { type Connection, useView } from './view.ts';

type Column = 'count' | 'rate' | 'errors' | 'p50' | 'p95' | 'p99' | 'cost';

const columns: readonly { name: string; column: Column; text(figures: Figures): string }[] = [
  { name: 'Requests', column: 'count', text: (figures) => count(figures.count) },
  { name: 'Per second', column: 'rate', text: (figures) => rate(figures.rate) },
  { name: 'Failed', column: 'errors', text: ({ errors, count: all }) => percent(errors, all) },
  { name: 'p50', column: 'p50', text: ({ p50 }) => duration(p50) },
  { name: 'p95', column: 'p95', text: ({ p95 }) => duration(p95) },
  { name: 'p99', column: 'p99', text: ({ p99 }) => duration(p99) },
  { name: 'Cost (est.)', column: 'cost', text: ({ cost }) => (cost === null ? '–' : rate(cost)) },
];

export function Operations({ connection }: { connection: Connection }) {
  const [sorted, setSorted] = useState<Column | null>(null);
  const [isByClient, setByClient] = useState(false);
  const message = useView<OperationsMessage>(connection, 'view=operations', 'operations');
  if (!message) return <p class="quiet">Waiting for the gateway.</p>;
  const operations = sorted === null ? message.operations : message.operations.toSorted(byColumn(sorted));
  return (
    <>
      <h1>Operations</h1>
      <form class="filter" onSubmit={(event) => event.preventDefault()}>
        <p class="quiet" role="status">
          Of the last {period(message.seconds)}
          {sorted === null ? ', those that took the most time in all first' : ''}.
        </p>
        <label class="check">
          <input
            type="checkbox"
            checked={isByClient}
            onChange={({ currentTarget }) => setByClient(currentTarget.checked)}
          />
          by client
        </label>
      </form>
      {operations.length === 0 ? (
        <p class="quiet">There was no request yet.</p>
      ) : (
        <Table operations={operations} sorted={sorted} sort={setSorted} isByClient={isByClient} />
      )}
    </>
  );
}

function byColumn(column: Column): (one: ShownOperation, other: ShownOperation) => number {
  return (one, other) => (other.figures[column] ?? -1) - (one.figures[column] ?? -1);
}

interface TableProps {
  operations: readonly ShownOperation[];
  sorted: Column | null;
  sort(column: Column): void;
  isByClient: boolean;
}

function Table({ operations, sorted, sort, isByClient }: TableProps) {
  return (
    <Scroll class="scroll" label="Operations">
      <table>
        <thead>
          <tr>
            <th scope="col">Operation</th>
            {columns.map(({ name, column }) => (
              <th key={column} scope="col" class="number" aria-sort={sorted === column ? 'descending' : undefined}>
                <button type="button" class="sort" onClick={() => sort(column)}>
                  {name}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        {operations.map((operation) => (
          <tbody key={`${operation.document} ${operation.name}`}>
            <tr>
              <th scope="row">
                <Name operation={operation} />
              </th>
              <Cells figures={operation.figures} />
            </tr>
            {isByClient &&
              operation.clients.map(({ client, figures }) => (
                <tr key={client} class="by-client">
                  <th scope="row">{client ?? 'no client'}</th>
                  <Cells figures={figures} />
                </tr>
              ))}
          </tbody>
        ))}
      </table>
    </Scroll>
  );
}

function Name({ operation: { name, type, document } }: { operation: ShownOperation }) {
  const shown = name ?? `unnamed ${type}`;
  return (
    <>
      {document ? <a href={`#/operations/${document}`}>{shown}</a> : shown}
      {type !== '' && type !== 'query' && <small>{type}</small>}
    </>
  );
}

/** Cells of a row in all tables of figures. */
export function Cells({ figures }: { figures: Figures }) {
  return (
    <>
      {columns.map(({ column, text }) => (
        <td key={column} class={column === 'errors' && figures.errors > 0 ? 'number bad' : 'number'}>
          {text(figures)}
        </td>
      ))}
    </>
  );
}

export const figureNames = columns.map(({ name }) => name);

// Page of one operation: its figures by client, its plan with the measured times on its edges, and its latest requests.
import { useRef, useState } from 'preact/hooks';
import type { OperationMessage, ShownRequest } from '../gateway/server/console/messages.ts';
import { count, duration, percent, period, plural, rate } from './format.ts';
import { Cells, figureNames } from './operations.tsx';
import { Plan } from './plan.tsx';
import { Requests } from './requests.tsx';
import { Scroll } from './scroll.tsx';
import { Tile } from './tile.tsx';
import { type Connection, useView } from './view.ts';

export function Operation({ connection, document }: { connection: Connection; document: string }) {
  const query = new URLSearchParams({ view: 'operation', document }).toString();
  const [opened, setOpened] = useState<string | null>(null);
  const frozen = useRef<readonly ShownRequest[] | null>(null);
  const message = useView<OperationMessage>(connection, query, 'operation');
  if (!message) return <p class="quiet">Waiting for the gateway.</p>;
  const { operation, plan, seconds } = message;
  const requests = frozen.current ?? message.requests.toReversed();
  const open = (requestId: string | null) => {
    frozen.current = requestId === null ? null : requests;
    setOpened(requestId);
  };
  return (
    <>
      <p class="path">
        <a href="#/operations">Operations</a>
      </p>
      <h1>{operation ? (operation.name ?? `Unnamed ${operation.type}`) : 'Operation'}</h1>
      <p class="quiet document">
        {operation?.type} {operation?.isTrusted ? 'trusted document' : 'document'} {document}
      </p>
      {operation ? (
        <>
          <div class="tiles">
            <Tile name="Requests per second" value={rate(operation.figures.rate)} />
            <Tile
              name="Failed"
              value={percent(operation.figures.errors, operation.figures.count)}
              isBad={operation.figures.errors > 0}
            />
            <Tile name="50th percentile" value={duration(operation.figures.p50)} />
            <Tile name="95th percentile" value={duration(operation.figures.p95)} />
          </div>
          <h2>By client</h2>
          <ByClient operation={operation} seconds={seconds} />
        </>
      ) : (
        <p class="quiet">There was no request for it in the last {period(seconds)}.</p>
      )}
      <h2>Plan</h2>
      {plan ? (
        <>
          <p class="quiet">
            Measured over {plural(plan.requests, 'request')}
            {plan.others > 0 && `; ${count(plan.others)} more had another plan, or none`}. The times on an edge are
            those of the fetch that it leads to.
          </p>
          <Plan plan={plan} />
        </>
      ) : (
        <p class="quiet">No request with a plan has been seen: rejected operations and fallback execution have none.</p>
      )}
      <h2>Latest requests</h2>
      <Requests requests={requests} opened={opened} onOpen={open} />
    </>
  );
}

function ByClient({ operation, seconds }: { operation: NonNullable<OperationMessage['operation']>; seconds: number }) {
  return (
    <Scroll class="scroll" label="Figures by client">
      <table>
        <caption class="sr-only">Of the last {period(seconds)}</caption>
        <thead>
          <tr>
            <th scope="col">Client</th>
            {figureNames.map((name) => (
              <th key={name} scope="col" class="number">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {operation.clients.map(({ client, figures }) => (
            <tr key={client}>
              <th scope="row">{client ?? 'no client'}</th>
              <Cells figures={figures} />
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

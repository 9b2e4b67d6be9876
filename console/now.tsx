// Page "now": what is requested at this moment, as figures and as a list with a filter. The list stands still while a request
// is open.
import { useMemo, useRef, useState } from 'preact/hooks';
import type { NowMessage, Series, ShownRequest } from '../gateway/server/console/messages.ts';
import { Chart } from './chart.tsx';
import { DurationChart } from './duration-chart.tsx';
import { count, duration, percent, rate } from './format.ts';
import { hasFailed, Requests } from './requests.tsx';
import { Tile } from './tile.tsx';
import { type Connection, useView } from './view.ts';

const MAX_LISTED = 200;
/** Seconds that the figures are of. */
const RECENT = 10;

interface Filter {
  client: string | null;
  operation: string;
  outcome: string;
  slow: string;
}

const everything: Filter = { client: null, operation: '', outcome: '', slow: '' };

function queryOf({ client, operation, outcome, slow }: Filter): string {
  const query = new URLSearchParams({ view: 'now' });
  if (client !== null) query.set('client', client);
  for (const [name, value] of Object.entries({ operation, outcome, slow })) if (value !== '') query.set(name, value);
  return query.toString();
}

export function Now({ connection }: { connection: Connection }) {
  const [filter, setFilter] = useState(everything);
  const query = useMemo(() => queryOf(filter), [filter]);
  const ended = useRef<{ query: string; requests: ShownRequest[] }>({ query, requests: [] });
  const [opened, setOpened] = useState<string | null>(null);
  const [isPaused, setPaused] = useState(false);
  const still = useRef<readonly ShownRequest[] | null>(null);
  const message = useView<NowMessage>(connection, query, 'now', (next, isFirst) => {
    const before = isFirst ? [] : ended.current.requests;
    ended.current = { query, requests: [...next.ended.toReversed(), ...before].slice(0, MAX_LISTED) };
  });
  if (!message) return <p class="quiet">Waiting for the gateway.</p>;

  const live = [...message.running, ...ended.current.requests];
  const isStill = isPaused || opened !== null;
  still.current = isStill ? (still.current ?? live) : null;
  const listed = still.current ?? live;
  const change = (changed: Partial<Filter>) => {
    setFilter({ ...filter, ...changed });
    setOpened(null);
    setPaused(false);
  };
  const pause = (pauses: boolean) => {
    setPaused(pauses);
    if (!pauses) setOpened(null);
  };
  return (
    <>
      <h1 class="sr-only">Now</h1>
      <Summary message={message} />
      <Controls filter={filter} clients={message.clients} change={change} isPaused={isStill} pause={pause} />
      <p class="quiet" role="status">
        {status(listed, message.omitted, isStill)}
      </p>
      <Requests requests={listed} opened={opened} onOpen={setOpened} />
    </>
  );
}

function status(listed: readonly ShownRequest[], omitted: number, isPaused: boolean): string {
  const failed = listed.filter(hasFailed).length;
  const shown = `${count(listed.length)} requests listed, ${count(failed)} of them failed`;
  if (isPaused) return `${shown}. The list is paused.`;
  return omitted > 0 ? `${shown}. ${count(omitted)} more in this moment: filter to see them.` : `${shown}.`;
}

function Summary({ message: { series, seconds, inFlight } }: { message: NowMessage }) {
  const requests = sum(series.counts);
  const failed = sum(series.errors);
  return (
    <section class="summary" aria-label="Figures">
      <div class="tiles">
        <Tile name="Requests per second" value={rate(requests / RECENT)} />
        <Tile name="Failed" value={percent(failed, requests)} isBad={failed > 0} />
        <Tile name="95th percentile" value={duration(latest(series))} />
        <Tile name="In flight" value={count(inFlight)} />
      </div>
      <Chart
        title="Requests per second"
        times={series.times}
        seconds={seconds}
        unit=""
        lines={[
          { label: 'requests', color: '--accent', values: series.counts, isFilled: true },
          { label: 'failed', color: '--bad', values: series.errors, isFilled: true },
        ]}
      />
      <DurationChart series={series} seconds={seconds} />
    </section>
  );
}

function sum(values: readonly number[]): number {
  return values.slice(-RECENT).reduce((total, value) => total + value, 0);
}

/** The highest of the last seconds. */
function latest({ p95 }: Series): number | null {
  const values = p95.slice(-RECENT).filter((value) => value !== null);
  return values.length === 0 ? null : Math.max(...values);
}

interface ControlsProps {
  filter: Filter;
  clients: readonly string[];
  change(changed: Partial<Filter>): void;
  isPaused: boolean;
  pause(isPaused: boolean): void;
}

function Controls({ filter, clients, change, isPaused, pause }: ControlsProps) {
  return (
    <form class="filter" onSubmit={(event) => event.preventDefault()}>
      <label>
        Operation
        <input
          type="search"
          value={filter.operation}
          placeholder="part of its name"
          onInput={({ currentTarget }) => change({ operation: currentTarget.value })}
        />
      </label>
      <label>
        Client
        <select
          value={filter.client ?? '*'}
          onChange={({ currentTarget: { value } }) => change({ client: value === '*' ? null : value })}
        >
          <option value="*">all</option>
          <option value="">none</option>
          {clients.map((client) => (
            <option key={client}>{client}</option>
          ))}
        </select>
      </label>
      <label>
        Outcome
        <select value={filter.outcome} onChange={({ currentTarget: { value } }) => change({ outcome: value })}>
          <option value="">all</option>
          <option value="ok">ok</option>
          <option value="failed">failed</option>
        </select>
      </label>
      <label>
        Slow
        <select value={filter.slow} onChange={({ currentTarget: { value } }) => change({ slow: value })}>
          <option value="">all</option>
          <option value="50">from 50 ms</option>
          <option value="200">from 200 ms</option>
          <option value="1000">from 1 s</option>
          <option value="5000">from 5 s</option>
        </select>
      </label>
      <button type="button" class="action" aria-pressed={isPaused} onClick={() => pause(!isPaused)}>
        {isPaused ? 'Resume' : 'Pause'}
      </button>
    </form>
  );
}

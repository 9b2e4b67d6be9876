// Page "subgraphs": what each subgraph and its addresses do, what the caches find, and the controls in force.
import type {
  Condition,
  Health,
  ShownCache,
  ShownControl,
  ShownSubgraph,
  SubgraphsMessage,
} from '../gateway/server/console/messages.ts';
import { DurationChart } from './duration-chart.tsx';
import { bytes, count, duration, percent, period, rate, time } from './format.ts';
import { Scroll } from './scroll.tsx';
import { type Connection, useView } from './view.ts';

export function Subgraphs({ connection }: { connection: Connection }) {
  const message = useView<SubgraphsMessage>(connection, 'view=subgraphs', 'subgraphs');
  if (!message) return <p class="quiet">Waiting for the gateway.</p>;
  return (
    <>
      <h1>Subgraphs</h1>
      <p class="quiet">Of the last {period(message.seconds)}; the state is that of the last 30 seconds.</p>
      <div class="cards">
        {message.subgraphs.map((subgraph) => (
          <Subgraph key={subgraph.name} subgraph={subgraph} seconds={message.seconds} />
        ))}
      </div>
      <h2>Caches</h2>
      <Caches message={message} />
      <h2>Controls in force</h2>
      <Controls controls={message.controls} />
    </>
  );
}

const healthWords: Readonly<Record<Health, string>> = {
  idle: 'no requests',
  ok: 'ok',
  degraded: 'some fail',
  failing: 'failing',
};

function Badge({ health }: { health: Health }) {
  return <span class={`badge ${health}`}>{healthWords[health]}</span>;
}

function Subgraph({ subgraph, seconds }: { subgraph: ShownSubgraph; seconds: number }) {
  const { name, health, isMocked, inFlight, conditions, figures, wait, series, latestFailure, addresses } = subgraph;
  const facts: [string, string][] = [
    ['In flight', count(inFlight)],
    ['Per second', rate(figures.rate)],
    ['Failed', percent(figures.errors, figures.count)],
    ['p50', duration(figures.p50)],
    ['p95', duration(figures.p95)],
    ['p50 of the wait', duration(wait)],
  ];
  return (
    <article class={`card ${health}`} aria-label={name}>
      <h2>
        {name} <Badge health={health} />
      </h2>
      <dl class="figures">
        {facts.map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Conditions conditions={conditions} />
      {latestFailure && (
        <p class="bad">
          Latest failure at {time(latestFailure.time)}: {latestFailure.code}
        </p>
      )}
      <DurationChart series={series} seconds={seconds} height={110} />
      <ul class="addresses">
        {isMocked && <li>mocked: its data is invented</li>}
        {addresses.map((address) => (
          <Address key={address.address} address={address} />
        ))}
      </ul>
    </article>
  );
}

function Address({ address }: { address: ShownSubgraph['addresses'][number] }) {
  const { health, figures, inFlight, expected, conditions } = address;
  const facts = [
    `${count(figures.count)} requests`,
    `${percent(figures.errors, figures.count)} failed`,
    `p95 ${duration(figures.p95)}`,
    ...(inFlight === null ? [] : [`${count(inFlight)} in flight`]),
    ...(expected === null || figures.count === 0 ? [] : [`expected ${duration(expected)}`]),
  ];
  return (
    <li class={health}>
      <span class="address">{address.address ?? 'inside the gateway'}</span> <Badge health={health} />
      <small>{facts.join(', ')}</small>
      <Conditions conditions={conditions} />
    </li>
  );
}

/** What keeps requests away. */
function Conditions({ conditions }: { conditions: readonly Condition[] }) {
  if (conditions.length === 0) return null;
  const words = conditions.map(({ name, lasts }) => (lasts === null ? name : `${name} for ${duration(lasts)}`));
  return <p class="bad condition">{words.join('; ')}</p>;
}

function Caches({ message: { caches, cacheErrors, cacheBytes } }: { message: SubgraphsMessage }) {
  return (
    <>
      <div class="cards">
        {caches.map((cache) => (
          <Cache key={cache.name} cache={cache} />
        ))}
      </div>
      <p class={cacheErrors > 0 ? 'bad' : 'quiet'}>
        {count(cacheErrors)} failed calls to the cache store
        {cacheBytes === null ? '' : `; ${bytes(cacheBytes)} in this process`}.
      </p>
    </>
  );
}

function Cache({ cache }: { cache: ShownCache }) {
  const { name, hits, stale, misses } = cache;
  const reads = hits + stale + misses;
  const ratio = reads === 0 ? 0 : (hits + stale) / reads;
  return (
    <article class="card" aria-label={`Cache of ${name}`}>
      <h3>{name === 'responses' ? 'Responses' : 'Entities'}</h3>
      <p>{reads === 0 ? 'No reads since the start.' : <Ratio cache={cache} />}</p>
      <div class="meter">
        <i style={{ width: `${ratio * 100}%` }} />
      </div>
    </article>
  );
}

function Ratio({ cache: { hits, stale, misses, recentRatio } }: { cache: ShownCache }) {
  return (
    <>
      <b>{percent(hits + stale, hits + stale + misses)}</b> of {count(hits + stale + misses)} reads since the start were
      hits{stale > 0 && `, ${count(stale)} of them stale`};{' '}
      {recentRatio === null ? 'there were none in the last minutes' : `${percent(recentRatio, 1)} in the last minutes`}.
    </>
  );
}

function Controls({ controls }: { controls: readonly ShownControl[] }) {
  if (controls.length === 0) return <p class="quiet">None.</p>;
  return (
    <Scroll class="scroll" label="Controls">
      <table>
        <thead>
          <tr>
            {['Control', 'Action', 'Target', 'Reason', 'Owner', 'Expires', 'Set by'].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {controls.map(({ id, action, target, reason, owner, expires, source }) => (
            <tr key={`${source} ${id}`}>
              <th scope="row">{id}</th>
              <td>{action}</td>
              <td>{target}</td>
              <td>{reason}</td>
              <td>{owner}</td>
              <td>{expires}</td>
              <td>{source}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

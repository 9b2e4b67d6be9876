// Console: the page around its views, which the part of the address after `#` selects.
import { render } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { Now } from './now.tsx';
import { Operation } from './operation.tsx';
import { Operations } from './operations.tsx';
import { SignIn } from './sign-in.tsx';
import type { StreamState } from './stream.ts';
import './style.css';
import { Subgraphs } from './subgraphs.tsx';
import type { Connection } from './view.ts';

const place = document.getElementById('console') as HTMLElement;

const pages = [
  { name: 'Now', path: '/' },
  { name: 'Operations', path: '/operations' },
  { name: 'Subgraphs', path: '/subgraphs' },
];

const stateWords: Readonly<Record<StreamState, string>> = {
  connecting: 'connecting',
  open: 'live',
  lost: 'connection lost, trying again',
  full: 'open in too many pages, trying again',
  'sign-in': 'signed out',
  'wrong-token': 'signed out',
  locked: 'signed out',
};
const needsToken: readonly StreamState[] = ['sign-in', 'wrong-token', 'locked'];

function usePath(): string {
  const [path, setPath] = useState(location.hash.slice(1) || '/');
  useEffect(() => {
    const read = () => setPath(location.hash.slice(1) || '/');
    addEventListener('hashchange', read);
    return () => removeEventListener('hashchange', read);
  }, []);
  return path;
}

function Console() {
  const path = usePath();
  const [token, setToken] = useState<string | null>(null);
  const [state, setState] = useState<StreamState>(place.dataset.token === undefined ? 'connecting' : 'sign-in');
  const connection = useMemo((): Connection => ({ token, onState: setState }), [token]);
  const isSignedOut = needsToken.includes(state);
  return (
    <>
      <header>
        <span class="brand">
          <Logo /> Concierge
        </span>
        <nav aria-label="Pages">
          {pages.map((page) => (
            <a key={page.path} href={`#${page.path}`} aria-current={isPage(page.path, path) ? 'page' : undefined}>
              {page.name}
            </a>
          ))}
        </nav>
        <span class={`state ${state}`} role="status">
          {stateWords[state]}
        </span>
      </header>
      <main>
        {isSignedOut ? (
          <SignIn
            state={state}
            onToken={(given) => {
              setState('connecting');
              setToken(given);
            }}
          />
        ) : (
          <Page path={path} connection={connection} />
        )}
      </main>
    </>
  );
}

function isPage(page: string, path: string): boolean {
  return page === '/' ? path === '/' : path.startsWith(page);
}

function Page({ path, connection }: { path: string; connection: Connection }) {
  const [, page, document] = path.split('/');
  if (page === 'subgraphs') return <Subgraphs connection={connection} />;
  if (page !== 'operations') return <Now connection={connection} />;
  return document ? (
    <Operation key={document} connection={connection} document={document} />
  ) : (
    <Operations connection={connection} />
  );
}

function Logo() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true">
      <path d="M5 23a11 11 0 0 1 22 0z" />
      <path d="M3.5 27h25M16 12V7.5M13 7h6" />
    </svg>
  );
}

render(<Console />, place);

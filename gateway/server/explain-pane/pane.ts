// Explain pane below GraphiQL: the requests of the last response over time, its plan, its caching and its nulls. While it
// is open, GraphiQL's requests have the header of explanations.
import { explainHeader } from '../../config/explain.ts';
import { runExplainPane } from './in-browser.ts';
import { layoutPlan } from './plan-layout.ts';

const style = `
  body { display: flex; flex-direction: column; height: 100vh; margin: 0; }
  #root { flex: 1; min-height: 0; }
  #root .graphiql-container { height: 100%; }
  #explain { --ink: #1f2533; --soft: #5b6478; --line: #d5dae5; --ground: #f7f8fb; --bar: #3b6fd4; --idle: #8b95ad; --bad: #c2322b;
    color: var(--ink); background: var(--ground); border-top: 1px solid var(--line); font: 13px/1.5 system-ui, sans-serif; }
  @media (prefers-color-scheme: dark) { body:not(.graphiql-light) #explain { --ink: #e6e9f2; --soft: #a4adc2; --line: #3a4256; --ground: #1b202c; --bar: #7aa5f5; --idle: #6b7590; --bad: #ff8a80; } }
  body.graphiql-dark #explain { --ink: #e6e9f2; --soft: #a4adc2; --line: #3a4256; --ground: #1b202c; --bar: #7aa5f5; --idle: #6b7590; --bad: #ff8a80; }
  #explain header { display: flex; align-items: center; gap: 16px; padding: 4px 16px; }
  #explain button { font: inherit; font-weight: 600; color: inherit; background: none; border: 1px solid var(--line); border-radius: 6px; padding: 2px 12px; cursor: pointer; }
  #explain :focus-visible { outline: 2px solid var(--bar); outline-offset: 1px; }
  #explain output { color: var(--soft); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  #explain label { margin-left: auto; white-space: nowrap; }
  #explain-result { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 8px 24px; height: 38vh; overflow: auto; padding: 4px 16px 12px; }
  #explain-result[hidden] { display: none; }
  #explain h2 { font-size: 13px; margin: 8px 0 4px; }
  #explain table { width: 100%; border-collapse: collapse; }
  #explain th { text-align: left; font-weight: 400; color: var(--soft); }
  #explain td, #explain th { padding: 3px 10px 3px 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
  #explain th, #explain td.number { white-space: nowrap; }
  #explain td:first-child { width: 24%; }
  #explain td.time { width: 34%; min-width: 120px; }
  #explain .track { position: relative; height: 18px; }
  #explain .track i { position: absolute; top: 4px; height: 10px; min-width: 2px; border-radius: 2px; background: var(--bar); }
  #explain .track span { line-height: 18px; color: var(--soft); font-size: 12px; }
  #explain .bad { color: var(--bad); }
  #explain .track i.bad { background: var(--bad); }
  #explain small { display: block; color: var(--soft); font-size: 12px; }
  #explain p { margin: 4px 0; }
  #explain ul { margin: 0; padding-left: 18px; }
  #explain code { font: 12px/1.5 ui-monospace, monospace; }
  #explain svg { max-width: 100%; height: auto; }
  #explain svg rect { fill: none; stroke: var(--bar); }
  #explain svg .unsent rect { stroke: var(--idle); stroke-dasharray: 4 3; }
  #explain svg .failed rect { stroke: var(--bad); }
  #explain svg path { fill: none; stroke: var(--idle); }
  #explain svg text { fill: var(--ink); font: 12px system-ui, sans-serif; }
  #explain svg text + text { fill: var(--soft); font-size: 11px; }
  @media (max-width: 800px) { #explain-result { grid-template-columns: minmax(0, 1fr); } }
`;

/** HTML below GraphiQL. */
export function explainPane(): string {
  return [
    `<style>${style}</style>`,
    '<section id="explain" aria-label="Explain"></section>',
    `<script>(${runExplainPane})(${JSON.stringify({ header: explainHeader })}, ${layoutPlan});</script>`,
  ].join('\n');
}

// Style of the page that runs trusted documents: three columns, or on a phone one below the other.
export const style = `
:root { color-scheme: light dark; --ground: #f4f5f8; --card: #fff; --text: #1c2230; --quiet: #596275; --line: #dde1ea; --accent: #1d4fd7; --on-accent: #fff; --chosen: #e3eafc; --failure: #a3231d; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #14171f; --card: #1d222d; --text: #eceff5; --quiet: #a0a9bc; --line: #323a4a; --accent: #8db4ff; --on-accent: #10172a; --chosen: #2b3855; --failure: #ff9d96; }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { display: flex; flex-direction: column; height: 100vh; height: 100dvh; margin: 0; background: var(--ground); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
#root { flex: 1; min-height: 0; }
.page { display: grid; grid-template-columns: 17rem minmax(0, 1fr) minmax(0, 1fr); gap: 1rem; height: 100%; padding: 1rem; }
.page > * { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: .9rem; min-height: 0; display: flex; flex-direction: column; gap: .7rem; }
.page header { display: flex; align-items: center; gap: .5rem; }
.page header svg { width: 1.6rem; height: 1.6rem; flex: none; }
.page header span { color: var(--quiet); overflow-wrap: anywhere; }
#operations { list-style: none; margin: 0; padding: 0; overflow: auto; min-height: 0; }
#operations button { display: flex; justify-content: space-between; align-items: baseline; gap: .6rem; width: 100%; padding: .35rem .55rem; border: 0; border-radius: 7px; background: none; color: inherit; font: inherit; text-align: left; cursor: pointer; }
#operations button span { overflow-wrap: anywhere; }
#operations small { color: var(--quiet); }
#operations button:hover, #operations button[aria-current=true] { background: var(--chosen); }
#operations button[aria-current=true] { font-weight: 600; }
.bar { display: flex; gap: .7rem; align-items: end; }
.id { flex: 1; min-width: 0; }
.page label { display: flex; flex-direction: column; gap: .25rem; color: var(--quiet); font-size: .85rem; }
.page input, .page textarea { width: 100%; border: 1px solid var(--line); border-radius: 7px; padding: .4rem .55rem; background: var(--ground); color: var(--text); font: 13px/1.5 ui-monospace, monospace; }
.page #filter { font: inherit; }
.page textarea { resize: vertical; }
#document-id[readonly] { color: var(--quiet); text-overflow: ellipsis; }
#run { border: 0; border-radius: 7px; padding: .45rem 1.2rem; background: var(--accent); color: var(--on-accent); font: inherit; font-weight: 600; cursor: pointer; }
#request p { margin: 0; color: var(--quiet); }
.page pre { flex: 1; min-height: 6rem; margin: 0; overflow: auto; border-radius: 7px; padding: .6rem .7rem; background: var(--ground); font: 13px/1.55 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; tab-size: 2; }
#status { display: block; min-height: 1.5em; color: var(--quiet); font-size: .9rem; overflow-wrap: anywhere; }
#status.failure { color: var(--failure); font-weight: 600; }
.page :focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
.unlisted #filter, .unlisted #operations, .unlisted #source { display: none; }
@media (max-width: 60rem) {
  body { height: auto; min-height: 100vh; }
  .page { grid-template-columns: minmax(0, 1fr); height: auto; gap: .8rem; padding: .8rem; }
  #operations { max-height: 11rem; }
  .page pre { flex: none; max-height: 60vh; }
  .page input, .page textarea { font-size: 16px; }
}
`;

// What operators take over from deploy/: rules that promtool accepts and tests, a runbook for each alert, and a dashboard
// whose expressions are valid and name metrics that exist.
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { temporaryFolder } from '../harness/folder.ts';
import { root } from '../harness/gateway.ts';
import { requireProgram } from '../harness/programs.ts';
import { post, serveGraph } from '../values/served-graph.ts';
import { readMetrics } from './exposed.ts';

const promtool = `${dirname(requireProgram('prometheus'))}/promtool`;
const folder = `${root}deploy/prometheus`;
const run = (...args: string[]) => execFileSync(promtool, args, { cwd: folder, encoding: 'utf8' });

interface Rule {
  alert?: string;
  expr: string;
  annotations?: { runbook: string };
}

const rules = (
  parse(readFileSync(`${folder}/concierge.rules.yml`, 'utf8')) as { groups: { rules: Rule[] }[] }
).groups.flatMap((group) => group.rules);

const dashboard = JSON.parse(readFileSync(`${root}deploy/grafana/concierge.json`, 'utf8')) as {
  panels: { targets?: { expr: string }[] }[];
};
const expressions = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

test('promtool accepts the rules, and each alert comes when it has to', () => {
  expect(run('check', 'rules', 'concierge.rules.yml')).toContain('SUCCESS');
  expect(run('test', 'rules', 'concierge.rules.test.yml')).toContain('SUCCESS');
});

test('each alert has a runbook, and each runbook an alert', () => {
  const alerts = rules.filter(({ alert }) => alert !== undefined);
  const index = readFileSync(`${root}docs/runbooks/README.md`, 'utf8');
  const tested = readFileSync(`${folder}/concierge.rules.test.yml`, 'utf8');
  for (const { alert = '', annotations } of alerts) {
    expect(readFileSync(`${root}${annotations?.runbook}`, 'utf8')).toMatch(new RegExp(`^# ${alert}\n`));
    expect(index).toContain(`\`${alert}\``);
    expect(tested).toContain(`alertname: ${alert}\n`);
  }
  const pages = globSync('docs/runbooks/*.md', { cwd: root }).filter((page) => !page.endsWith('README.md'));
  expect(pages.sort()).toEqual(alerts.map(({ annotations }) => annotations?.runbook).sort());
});

test('rules and dashboard name metrics that the gateway has, in expressions that Prometheus can read', async () => {
  const { origins } = await serveGraph({
    services: { first: 'type Query { a: Int }' },
    config: { metrics: { public: true } },
  });
  await post(origins[0] as string, '{ a }');
  const text = await readMetrics(`${origins[0]}/metrics`);
  const recorded = new Set(['up']);
  const named = [...rules.map(({ expr }) => expr), ...expressions].flatMap((expression) =>
    [...expression.matchAll(/\b(?:http|graphql|concierge|process|nodejs)_\w+(?=[{[)\s]|$)/g)].map(([name]) => name),
  );
  expect(new Set(named).size).toBeGreaterThan(15);
  const labels = new Set(['graphql_operation_name', 'graphql_operation_type', 'http_response_status_code']);
  const unknown = [...new Set(named)].filter(
    (name) => !recorded.has(name) && !labels.has(name) && !text.includes(`\n${name}{`) && !text.includes(`\n${name} `),
  );
  expect(unknown).toEqual([]);
  const file = {
    groups: [
      {
        name: 'dashboard',
        rules: expressions.map((expr, index) => ({
          record: `panel:${index}`,
          expr: expr.replaceAll('$__rate_interval', '1m').replaceAll(/\$(job|instance)/g, '.*'),
        })),
      },
    ],
  };
  const written = temporaryFolder({ 'panels.yml': JSON.stringify(file) });
  expect(run('check', 'rules', `${written}/panels.yml`)).toContain(`SUCCESS: ${expressions.length} rules found`);
});

// Manifests of deploy/kubernetes: valid for the API of Kubernetes, without misspelt fields, and consistent with each
// other and with what the gateway serves.
import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { HTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1';
import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import { Deployment, type IDeployment } from 'kubernetes-models/apps/v1';
import { HorizontalPodAutoscaler, type IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { type INetworkPolicy, NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { type IPodDisruptionBudget, PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { type IService, Service, ServiceAccount } from 'kubernetes-models/v1';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { shutdownDelay } from '../../gateway/commands/stop.ts';
import { loadConfig } from '../../gateway/config/load.ts';
import { milliseconds } from '../../gateway/config/values.ts';
import { createGateway } from '../../gateway/index.ts';
import { root } from '../harness/gateway.ts';

const folder = `${root}deploy/kubernetes/`;
const models = {
  Deployment,
  HorizontalPodAutoscaler,
  HTTPRoute,
  NetworkPolicy,
  PodDisruptionBudget,
  Service,
  ServiceAccount,
  ServiceMonitor,
};

type Model = keyof typeof models;
type Document = Record<string, unknown> & { apiVersion: string; kind: string };

const read = (path: string) => parse(readFileSync(join(folder, path), 'utf8')) as Document;
const paths = globSync('**/*.yaml', { cwd: folder }).sort();
const resources = paths.filter((path) => basename(path) !== 'kustomization.yaml');

function isValid(document: Document): boolean {
  try {
    const Class = models[document.kind as Model] as new (data: object) => { validate(): void };
    new Class(document).validate();
    return true;
  } catch {
    return false;
  }
}

/** Every container of a value in a document, with its key. */
function* places(value: unknown): Generator<[container: Record<string, unknown>, key: string]> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    yield [value as Record<string, unknown>, key];
    yield* places(inner);
  }
}

/** Fields that may have any value: the API does not know them. */
function unknownFields(document: Document): string[] {
  const unknown: string[] = [];
  for (const [container, key] of places(document)) {
    const value = container[key];
    const isKnown = [1, 'x', true, {}, [1]].some((other) => {
      container[key] = other;
      return !isValid(document);
    });
    container[key] = value;
    if (!isKnown) unknown.push(key);
  }
  return unknown;
}

test.each(resources)('%s is valid, and has no field that Kubernetes does not know', (path) => {
  const document = read(path);
  expect(Object.keys(models)).toContain(document.kind);
  const { kind } = document;
  const Class = models[kind as Model] as new (data: object) => { validate(): void; apiVersion: string };
  const made = new Class(document);
  made.validate();
  expect(unknownFields(document)).toEqual([]);
});

test('misspelt fields and wrong values are found', () => {
  const document = read('base/deployment.yaml') as unknown as IDeployment & Document;
  const container = document.spec?.template.spec?.containers[0] as unknown as Record<string, unknown>;
  container.readinesProbe = {};
  expect(unknownFields(document)).toEqual(['readinesProbe']);
  container.image = 1;
  expect(isValid(document)).toBe(false);
});

test('each kustomization names files that exist, and each file is in one', () => {
  const known = [...['apiVersion', 'kind', 'resources', 'components', 'labels', 'namespace', 'images', 'patches']];
  const named = new Set<string>();
  for (const path of paths.filter((one) => basename(one) === 'kustomization.yaml')) {
    const { resources: own = [], components = [], ...rest } = read(path) as Document & Record<string, string[]>;
    expect(known).toEqual(expect.arrayContaining(Object.keys(rest)));
    for (const each of [...own, ...components]) {
      const target = join(dirname(path), each);
      named.add(target.endsWith('.yaml') ? target : join(target, 'kustomization.yaml'));
    }
  }
  expect([...named].sort()).toEqual(paths.filter((path) => path !== 'overlays/production/kustomization.yaml'));
});

test('the manifests belong together, and to the ports and times of the gateway', async () => {
  const deployment = read('base/deployment.yaml') as unknown as IDeployment;
  const pod = deployment.spec?.template;
  const [container] = pod?.spec?.containers ?? [];
  const labels = pod?.metadata?.labels;
  const service = read('base/service.yaml') as unknown as IService;
  const policy = read('base/network-policy.yaml') as unknown as INetworkPolicy;
  const budget = read('base/pod-disruption-budget.yaml') as unknown as IPodDisruptionBudget;
  const autoscaler = read('base/horizontal-pod-autoscaler.yaml') as unknown as IHorizontalPodAutoscaler;
  const spread = pod?.spec?.topologySpreadConstraints?.map(({ labelSelector }) => labelSelector?.matchLabels) ?? [];
  const monitor = read('components/service-monitor/service-monitor.yaml') as unknown as {
    spec: { selector: { matchLabels: unknown }; endpoints: { port: string }[] };
  };
  for (const selector of [
    deployment.spec?.selector.matchLabels,
    service.spec?.selector,
    policy.spec?.podSelector?.matchLabels,
    budget.spec?.selector?.matchLabels,
    ...spread,
  ]) {
    expect(selector).toEqual(labels);
  }
  expect(monitor.spec.selector.matchLabels).toEqual(service.metadata?.labels);
  const ports = new Map(container?.ports?.map(({ name, containerPort }) => [name, containerPort]));
  const used = [
    ...(service.spec?.ports?.map(({ targetPort }) => targetPort) ?? []),
    ...(policy.spec?.ingress?.flatMap((rule) => rule.ports?.map(({ port }) => port) ?? []) ?? []),
    ...monitor.spec.endpoints.map(({ port }) => port),
  ];
  for (const port of used) expect([...ports.keys()]).toContain(port);
  expect(autoscaler.spec?.scaleTargetRef).toMatchObject({ kind: 'Deployment', name: deployment.metadata?.name });
  const route = read('components/http-route/http-route.yaml') as unknown as {
    spec: { rules: { backendRefs: { name: string; port: number }[] }[] };
  };
  const [backend] = route.spec.rules.flatMap(({ backendRefs }) => backendRefs);
  expect(backend?.name).toBe(service.metadata?.name);
  expect(service.spec?.ports?.map(({ port }) => port)).toContain(backend?.port);

  const { config } = await loadConfig({ config: `${root}deploy/gateway.config.ts` }, {});
  expect(Object.fromEntries(ports)).toEqual({
    http: config.port,
    health: config.health?.port,
    metrics: config.metrics?.port,
  });
  // Half a second for the last responses, and what the supervisor waits for.
  const stop = shutdownDelay(config) + milliseconds(config.shutdownGrace) + 5_500;
  expect((pod?.spec?.terminationGracePeriodSeconds ?? 0) * 1000).toBeGreaterThanOrEqual(stop);

  const gateway = createGateway({ ...config, log: { level: 'silent' } }, `${root}deploy`);
  const probes = [container?.startupProbe, container?.readinessProbe, container?.livenessProbe];
  for (const probe of probes) {
    const { path = '', port = '' } = probe?.httpGet ?? {};
    expect(port).toBe('health');
    expect((await gateway.inject({ path })).status).toBe(200);
  }
  await gateway.stop();
});

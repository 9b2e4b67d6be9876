// OpenTelemetry's environment variables, where the configuration leaves them open.
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { temporaryFolder } from '../harness/folder.ts';
import { post } from '../values/served-graph.ts';
import { startCollector } from './collector.ts';
import { parent, traced, traceId } from './traced-graph.ts';

function withEnvironment(variables: Record<string, string>): void {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
}

const open = { endpoint: undefined, protocol: undefined, sample: undefined };

const fields = 'x-api-key=secret%20key,x-token=b64==';

test.each([
  ['the environment', () => ({ OTEL_EXPORTER_OTLP_HEADERS: fields })],
  ['a file', () => ({ OTEL_EXPORTER_OTLP_HEADERS_FILE: join(temporaryFolder({ headers: `${fields}\n` }), 'headers') })],
])('the collector, the resource and the sampler are read, and header fields from %s', async (_, headers) => {
  const collector = await startCollector();
  onTestFinished(collector.stop);
  withEnvironment({
    OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/base`,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    ...headers(),
    OTEL_SERVICE_NAME: 'shop-gateway',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test,service.name=other',
    OTEL_TRACES_SAMPLER: 'always_on',
  });
  const { gateway, origin } = await traced({ tracing: open });
  // This sampler does not look at the parent's flag.
  await post(origin, '{ a }', { headers: { traceparent: parent('00') } });
  await gateway.stop();
  expect(collector.spans.map((span) => span.traceId)).toContain(traceId);
  const [request] = collector.requests;
  expect(request?.path).toBe('/base/v1/traces');
  expect(request?.headers).toMatchObject({ 'x-api-key': 'secret key', 'x-token': 'b64==' });
  expect(collector.resource).toMatchObject({
    ...{ 'service.name': 'shop-gateway', 'deployment.environment.name': 'test', 'telemetry.sdk.language': 'nodejs' },
  });
});

test.each([
  ['parentbased_always_off', undefined, '00'],
  ['parentbased_traceidratio', '1', '01'],
  ['traceidratio', '0', '00'],
])('OTEL_TRACES_SAMPLER=%s with %s: flags are %s', async (sampler, argument, flags) => {
  withEnvironment({ OTEL_TRACES_SAMPLER: sampler, ...(argument && { OTEL_TRACES_SAMPLER_ARG: argument }) });
  const { service, origin } = await traced({ tracing: { sample: undefined } });
  await post(origin, '{ a }');
  expect(service.requests.at(-1)?.headers.traceparent).toMatch(new RegExp(`-${flags}$`));
});

test('a value that the gateway does not support stops the start, unless the option is given', async () => {
  withEnvironment({ OTEL_TRACES_SAMPLER: 'jaeger_remote' });
  await expect(traced({ tracing: open })).rejects.toThrow(/OTEL_TRACES_SAMPLER is "jaeger_remote".*tracing\.sample/);
  withEnvironment({ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '10%' });
  await expect(traced({ tracing: open })).rejects.toThrow(/OTEL_TRACES_SAMPLER_ARG is "10%"/);
  withEnvironment({ OTEL_TRACES_SAMPLER: '', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' });
  await expect(traced({ tracing: open })).rejects.toThrow(/OTEL_EXPORTER_OTLP_PROTOCOL is "grpc".*tracing\.protocol/);
  expect((await traced()).origin).toMatch(/^http/);
});

test("header fields of a file are sent in OpenTelemetry's own encoding too", async () => {
  const collector = await startCollector();
  onTestFinished(collector.stop);
  withEnvironment({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_TRACES_HEADERS_FILE: join(temporaryFolder({ headers: 'x-token=b64==' }), 'headers'),
    OTEL_TRACES_SAMPLER: 'always_on',
  });
  const { gateway, origin } = await traced({ tracing: open });
  await post(origin, '{ a }');
  await gateway.stop();
  expect(collector.requests[0]?.headers).toMatchObject({
    'content-type': 'application/x-protobuf',
    'x-token': 'b64==',
  });
});

test('tracing can be disabled as a whole, and its export alone', async () => {
  withEnvironment({ OTEL_SDK_DISABLED: 'true' });
  const disabled = await traced();
  await post(disabled.origin, '{ a }');
  expect(disabled.service.requests.at(-1)?.headers.traceparent).toBeUndefined();
  withEnvironment({ OTEL_SDK_DISABLED: '', OTEL_TRACES_EXPORTER: 'none' });
  const silent = await traced({ tracing: open });
  await post(silent.origin, '{ a }', { headers: { traceparent: parent() } });
  expect(silent.service.requests.at(-1)?.headers.traceparent).toContain(traceId);
  await silent.gateway.stop();
  expect(silent.collector.requests).toEqual([]);
});

import { expect, test } from 'vitest';
import { openTelemetry } from './open-telemetry.ts';

test('a package that is not installed is named, with the command that installs all', () => {
  const missing = (name: string) => {
    throw Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' });
  };
  expect(() => openTelemetry({ url: undefined, protocol: 'http/protobuf' }, missing)).toThrow(
    '`tracing` needs the package @opentelemetry/exporter-trace-otlp-proto. Install it: ' +
      'npm install @opentelemetry/exporter-trace-otlp-proto @opentelemetry/resources @opentelemetry/api.',
  );
});

test('any other failure of a package is not hidden', () => {
  const broken = () => {
    throw new Error('broken');
  };
  expect(() => openTelemetry({ url: undefined, protocol: 'http/json' }, broken)).toThrow(/^broken$/);
});

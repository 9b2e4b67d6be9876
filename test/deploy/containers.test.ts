// Dockerfiles and the compose file: what an image must and must not have, by rules; and files that exist.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DockerfileParser, type Instruction } from 'dockerfile-ast';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { temporaryFolder } from '../harness/folder.ts';
import { root } from '../harness/gateway.ts';
import { requireProgram } from '../harness/programs.ts';

interface Stage {
  image: string;
  instructions: Instruction[];
}

function stagesOf(text: string): Stage[] {
  const file = DockerfileParser.parse(text);
  const stages: Stage[] = [];
  for (const instruction of file.getInstructions()) {
    if (instruction.getKeyword() === 'FROM') {
      stages.push({ image: instruction.getArguments()[0]?.getValue() ?? '', instructions: [] });
    } else stages.at(-1)?.instructions.push(instruction);
  }
  return stages;
}

const argumentsOf = (instruction: Instruction | undefined) => instruction?.getArgumentsContent() ?? '';

/** The rules that a Dockerfile breaks. */
function faultsOf(text: string): string[] {
  const faults: string[] = [];
  const stages = stagesOf(text);
  const names = [...text.matchAll(/^FROM \S+ AS (\S+)$/gm)].map(([, name]) => name);
  const last = stages.at(-1);
  const all = stages.flatMap(({ instructions }) => instructions);
  const ofLast = (keyword: string) => last?.instructions.filter((one) => one.getKeyword() === keyword) ?? [];
  const check = (isRight: boolean, fault: string) => void (isRight || faults.push(fault));
  check(stages.length >= 2, 'one stage: tools of the build are in the image');
  for (const { image } of stages) {
    check(names.includes(image) || /:(?!latest$)[\w.-]+$/.test(image), `${image} has no version`);
  }
  check(/^gcr\.io\/distroless\//.test(last?.image ?? ''), 'the image has a shell');
  check(ofLast('RUN').length === 0, 'RUN needs a shell');
  for (const keyword of ['CMD', 'ENTRYPOINT']) {
    for (const one of ofLast(keyword)) check(argumentsOf(one).startsWith('['), `${keyword} needs a shell`);
  }
  const [health] = ofLast('HEALTHCHECK');
  check(/CMD \["\/nodejs\/bin\/node", /.test(health?.getTextContent().replace(/\\\n\s*/g, '') ?? ''), 'no HEALTHCHECK');
  check(/^[1-9]\d*$/.test(argumentsOf(ofLast('USER').at(-1))), 'no user, or not by its number');
  check(ofLast('CMD').length === 1, 'no CMD');
  check(!all.some((one) => one.getKeyword() === 'ADD'), 'ADD fetches and unpacks');
  check(!all.some((one) => /\bnpm (?:i|install)\b/.test(argumentsOf(one))), '`npm install` passes over the lock file');
  const secret = /(?:SECRET|TOKEN|PASSWORD|_KEY)\w*\s*=/i;
  check(
    !all.some((one) => /^(?:ENV|ARG)$/.test(one.getKeyword()) && secret.test(argumentsOf(one))),
    'a secret is in the image',
  );
  const env = ofLast('ENV').map(argumentsOf).join(' ');
  check(env.includes('NODE_ENV=production'), 'NODE_ENV is not "production"');
  check(env.includes('HOST=0.0.0.0'), 'it listens on the loopback interface alone');
  check(/PORT=(\d+)/.exec(env)?.[1] === argumentsOf(ofLast('EXPOSE')[0]), 'EXPOSE is another port');
  const [install] = stages[0]?.instructions.filter((one) => argumentsOf(one).startsWith('npm ci')) ?? [];
  const before = stages[0]?.instructions.slice(0, stages[0].instructions.indexOf(install as Instruction)) ?? [];
  const copied = before.filter((one) => one.getKeyword() === 'COPY').map(argumentsOf);
  check(
    copied.join() === 'package.json package-lock.json ./',
    'each change of the sources installs all packages again',
  );
  return faults;
}

const dockerfile = readFileSync(`${root}templates/shared/Dockerfile`, 'utf8');

describe('Dockerfiles', () => {
  test.each(['templates/shared/Dockerfile', 'deploy/Dockerfile'])('%s breaks no rule', (path) => {
    expect(faultsOf(readFileSync(`${root}${path}`, 'utf8'))).toEqual([]);
  });

  test.each([
    ['USER 65532', 'USER root', 'no user, or not by its number'],
    ['USER 65532\n', '', 'no user, or not by its number'],
    ['FROM gcr.io/distroless/nodejs24-debian12:nonroot', 'FROM node:24-slim', 'the image has a shell'],
    ['node:24-slim', 'node', 'node has no version'],
    ['npm ci', 'npm install', '`npm install` passes over the lock file'],
    ['EXPOSE 4000', 'EXPOSE 80', 'EXPOSE is another port'],
    ['CMD ["node_modules', 'CMD exec ["node_modules', 'CMD needs a shell'],
    ['ENV NODE_ENV', 'ENV API_TOKEN=x NODE_ENV', 'a secret is in the image'],
    ['package.json package-lock.json ./', '. .', 'each change of the sources installs all packages again'],
  ])('%j in place of %j is a fault', (part, other, fault) => {
    expect(dockerfile).toContain(part);
    expect(faultsOf(dockerfile.replace(part, other))).toContain(fault);
  });

  test('what a Dockerfile copies exists', () => {
    const text = readFileSync(`${root}deploy/Dockerfile`, 'utf8');
    for (const [, path = ''] of text.matchAll(/^COPY --from=build \/app\/(\S+) /gm)) {
      expect([path, path === 'dist' || existsSync(root + path)]).toEqual([path, true]);
    }
    const { bin } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { bin: { concierge: string } };
    expect(text).toContain(`CMD ["${bin.concierge.slice(2)}", "start"]`);
    expect(dockerfile).toContain(`CMD ["node_modules/concierge-gateway/${bin.concierge.slice(2)}", "start"]`);
  });
});

interface ComposeService {
  image: string;
  build?: { context: string; dockerfile: string; target?: string };
  volumes?: string[];
  depends_on?: string[] | Record<string, { condition: string }>;
  healthcheck?: object;
  read_only?: boolean;
  stop_grace_period?: string;
}

test('the compose file names services, stages and files that exist', () => {
  const folder = `${root}deploy/compose/`;
  const compose = parse(readFileSync(`${folder}compose.yaml`, 'utf8'), { merge: true }) as {
    services: Record<string, ComposeService>;
    volumes: Record<string, null>;
  };
  const { services } = compose;
  expect(Object.keys(services).sort()).toEqual(
    ['gateway', 'grafana', 'orders', 'products', 'prometheus', 'redis', 'users'].sort(),
  );
  for (const [name, service] of Object.entries(services)) {
    const { build, volumes = [], depends_on: needed = {}, image } = service;
    if (build) {
      const file = join(folder, build.context, build.dockerfile);
      if (build.target) expect(readFileSync(file, 'utf8')).toContain(` AS ${build.target}\n`);
      expect([name, service.read_only]).toEqual([name, true]);
    } else expect(image).toMatch(/:v?\d/);
    for (const volume of volumes) {
      const [source = ''] = volume.split(':');
      expect([volume, source.startsWith('.') ? existsSync(join(folder, source)) : source in compose.volumes]).toEqual([
        volume,
        true,
      ]);
    }
    const conditions = Array.isArray(needed) ? needed.map((one) => [one, '']) : Object.entries(needed);
    for (const [other, settings] of conditions as [string, '' | { condition: string }][]) {
      expect(Object.keys(services)).toContain(other);
      const isHealthy = settings !== '' && settings.condition === 'service_healthy';
      expect(isHealthy && services[other]?.healthcheck === undefined).toBe(false);
    }
  }
  expect(services.gateway?.stop_grace_period).toBe('45s');
  const prometheus = temporaryFolder({
    'prometheus.yml': readFileSync(`${folder}prometheus.yml`, 'utf8'),
    'concierge.rules.yml': readFileSync(`${root}deploy/prometheus/concierge.rules.yml`, 'utf8'),
  });
  const promtool = join(dirname(requireProgram('prometheus')), 'promtool');
  expect(execFileSync(promtool, ['check', 'config', `${prometheus}/prometheus.yml`], { encoding: 'utf8' })).toContain(
    'SUCCESS',
  );
});

// Memory of uploads: the gateway is a process of its own, whose peak is measured while large files pass through it.
// node test/uploads/soak.ts --megabytes 100 --count 5 --at-once 4
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { createGateway } from '../../gateway/index.ts';
import { boundary, formHeaders, formOf, request, startFileService } from './service.ts';

const { values } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '100' },
    count: { type: 'string', default: '5' },
    'at-once': { type: 'string', default: '1' },
    serve: { type: 'string' },
  },
});

if (values.serve !== undefined) await serve(values.serve);
else await measure(Number(values.megabytes), Number(values.count), Number(values['at-once']));

/** The gateway: sends its address, and then its peak whenever it gets a message. */
async function serve(service: string): Promise<void> {
  const schema = 'scalar Upload type Query { v: Int } type Mutation { attach(file: Upload!): String }';
  const gateway = createGateway({
    ...{ port: 0, log: { level: 'silent' }, deadline: '10m', requestTimeout: '10m' },
    uploads: { maxFileBytes: '2gb', maxBytes: '2gb', timeout: '10m' },
    subgraphs: { files: { url: service, schema } },
  });
  process.send?.(await gateway.start());
  process.on('message', () => process.send?.(process.resourceUsage().maxRSS));
}

async function measure(megabytes: number, count: number, atOnce: number): Promise<void> {
  const service = await startFileService();
  const child = fork(import.meta.filename, ['--serve', service.url]);
  const [origin] = await once(child, 'message');
  const peak = async (): Promise<number> => {
    child.send('peak');
    const [kilobytes] = await once(child, 'message');
    return kilobytes / 1024;
  };
  await upload(`${origin}/graphql`, 1);
  process.stdout.write(`after 1 MB: peak ${(await peak()).toFixed(0)} MB\n`);
  for (let round = 0; round < count; round += 1) {
    const started = performance.now();
    await Promise.all(Array.from({ length: atOnce }, () => upload(`${origin}/graphql`, megabytes)));
    const seconds = (performance.now() - started) / 1000;
    const rate = (megabytes * atOnce) / seconds;
    process.stdout.write(
      `${atOnce} × ${megabytes} MB: peak ${(await peak()).toFixed(0)} MB, ${rate.toFixed(0)} MB/s\n`,
    );
  }
  const sums = new Set(service.forms.slice(1).map(({ files: [file] }) => `${file?.bytes} ${file?.sha256}`));
  process.stdout.write(`${service.forms.length - 1} files, ${sums.size} content\n`);
  child.kill();
  await service.stop();
}

async function upload(url: string, megabytes: number): Promise<void> {
  const chunk = new Uint8Array(1_048_576).fill(7);
  const query = 'mutation ($file: Upload!) { attach(file: $file) }';
  const parts = request(query, { file: null }, { 0: ['variables.file'] }, [{ name: '0', filename: 'f', content: '' }]);
  const start = formOf(parts, '').subarray(0, -2);
  let left = megabytes;
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(new Uint8Array(start)),
    pull: (controller) => {
      if (left > 0) controller.enqueue(chunk);
      else {
        controller.enqueue(Buffer.from(`\r\n--${boundary}--\r\n`));
        controller.close();
      }
      left -= 1;
    },
  });
  const response = await fetch(url, { method: 'POST', headers: formHeaders, body, duplex: 'half' } as RequestInit);
  const { data } = (await response.json()) as { data?: { attach?: string } };
  if (data?.attach !== 'done') throw new Error('The service has not got the file.');
}

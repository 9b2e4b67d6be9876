// `concierge check` held against the truth, as a script.
//
//   node test/check/truth.ts --changes 60 [--types 40] [--seed 1] [--from 0]
//   node test/check/truth.ts --changes 60 --schema FILE [--operations 60] [--seed 1] [--from 0]
//
// FILE has the schema of any API, as SDL or as the JSON of an introspection.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { buildClientSchema, buildSchema, printSchema } from 'graphql';
import { runCommand } from '../../gateway/command-line.ts';
import { compareWithTruth } from './compare-with-truth.ts';
import { directives } from './generated-schema.ts';

/** Runs a command in this process. */
async function runHere(args: readonly string[]): Promise<string> {
  const { log } = console;
  let printed = '';
  console.log = (text: string) => {
    printed += `${text}\n`;
  };
  try {
    await runCommand(args as string[]);
  } finally {
    console.log = log;
    process.exitCode = 0;
  }
  return printed;
}

/** SDL with the directives that changes add. */
function readSdl(file: string): string {
  const text = readFileSync(file, 'utf8');
  const read = /^\s*\{/.test(text) ? JSON.parse(text) : null;
  const sdl = read ? printSchema(buildClientSchema(read.data ?? read)) : text;
  const known = new Set(
    buildSchema(sdl)
      .getDirectives()
      .map(({ name }) => name),
  );
  const missing = directives.split('\n').filter((line) => !known.has(/^directive @(\w+)/.exec(line)?.[1] ?? ''));
  return [...missing, sdl].join('\n');
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      changes: { type: 'string', default: '60' },
      types: { type: 'string', default: '40' },
      seed: { type: 'string', default: '1' },
      from: { type: 'string', default: '0' },
      schema: { type: 'string' },
      operations: { type: 'string' },
    },
  });
  const most = values.operations === undefined ? {} : { operations: Number(values.operations) };
  const [changes, types, seed, from] = [values.changes, values.types, values.seed, values.from].map(Number) as [
    number,
    number,
    number,
    number,
  ];
  const report = await compareWithTruth({
    changes,
    types: values.schema === undefined ? types : { sdl: readSdl(values.schema) },
    seed,
    from,
    ...most,
    run: runHere,
    log: (line) => console.log(line),
  });
  for (const miss of report.misses) console.log(`missed: ${miss}`);
  for (const alarm of report.falseAlarms) console.log(`false alarm: ${alarm}`);
  const { judged, broken, misses, falseAlarms } = report;
  console.log(`${judged} judged, ${broken} broken, ${misses.length} missed, ${falseAlarms.length} false alarms`);
  process.exitCode = misses.length + falseAlarms.length > 0 ? 1 : 0;
}

// Bursts of events as a process of its own: reads one task as JSON from standard input, runs it, and writes the number of
// events of each target to standard output. A wrong event ends it with its description on standard error and exit code 1.

import { json } from 'node:stream/consumers';
import { type EventBursts, runEventBursts } from './event-bursts.ts';

const events = await runEventBursts((await json(process.stdin)) as EventBursts);
process.stdout.write(JSON.stringify(events));

// Peer: Grafbase's gateway, written in Rust, as its command line serves it from the subgraphs' own SDL; without an account.
// https://grafbase.com/docs/cli/commands/dev

import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { peerArguments } from './arguments.ts';

const program = createRequire(import.meta.url).resolve('@grafbase/cli-x86_64-unknown-linux-musl/grafbase');
const { directory, routing, sdlFile, port } = peerArguments();
const tables = Object.entries(routing).map(
  ([name, url]) =>
    `[subgraphs.${name}]\nurl = ${JSON.stringify(url)}\nschema_path = ${JSON.stringify(sdlFile(name))}\n`,
);
const config = `${directory}/grafbase.toml`;
// As for the other peers: under load from one query the joining of identical requests in flight would be measured.
writeFileSync(config, `[traffic_shaping]\ninflight_deduplication = false\n\n${tables.join('\n')}`);
// In place of this process, so that its id is the gateway's. What it unpacks goes into the run's directory.
process.execve?.(program, [program, 'dev', '--config', config, '--port', String(port)], {
  ...process.env,
  HOME: directory,
});

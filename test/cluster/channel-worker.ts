// A worker process for the channel's test: takes orders from its supervisor, and does what the topic says.
import { supervisorPort } from '../../gateway/cluster/ipc.ts';
import { openChannel } from '../../gateway/cluster/worker-channel.ts';

const channel = openChannel(supervisorPort());
const received: unknown[] = [];
channel.on('received', () => received);
channel.on('note', (payload) => void received.push(payload));
channel.on('hold', () => new Promise(() => {}));
channel.on('order', async (payload) => {
  const { topic, count } = payload as { topic: string; count: number };
  const sent = Array.from({ length: count }, (_, step) => channel.broadcast(topic, `${process.pid} ${step}`));
  return (await Promise.all(sent)).flat().length;
});
channel.on('pid', () => process.pid);
await channel.request('ready', process.pid);

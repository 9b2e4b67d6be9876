// The channel between workers, over ports within one process: order, acknowledgement, bounds, and workers that end.
import { describe, expect, it } from 'vitest';
import { connectedPorts, type StartedWorker, settled, startWorkers } from '../../test/harness/workers.ts';
import { ChannelError, MAX_BODY_LENGTH } from './message.ts';
import { Relay } from './relay.ts';

type Four = [StartedWorker, StartedWorker, StartedWorker, StartedWorker];

const startFour = async (relay = new Relay()) => (await startWorkers(relay, 4)) as Four;

describe('the channel of workers', () => {
  it('has the supervisor reply to requests, and reports its errors', async () => {
    const relay = new Relay();
    relay.on('double', (value) => ({ doubled: Number(value) * 2 }));
    relay.on('broken', () => {
      throw new Error('no luck');
    });
    const [, second] = await startFour(relay);
    expect(await second.channel.request('double', 21)).toEqual({ doubled: 42 });
    await expect(second.channel.request('broken', null)).rejects.toThrow(new ChannelError('no luck'));
    await expect(second.channel.request('unknown', null)).rejects.toThrow('no handler for unknown');
    expect(second.channel.workers).toBe(4);
  });

  it('resolves a broadcast when all others have handled it, and brings their replies', async () => {
    const [first, ...others] = await startFour();
    const handled: number[] = [];
    const held = Promise.withResolvers<void>();
    for (const [index, { channel }] of others.entries()) {
      channel.on('purge', async (tags) => {
        if (index === 2) await held.promise;
        handled.push(index);
        return { index, tags };
      });
    }
    let isDone = false;
    const done = first.channel.broadcast('purge', ['a']).finally(() => {
      isDone = true;
    });
    await settled();
    expect({ isDone, handled }).toEqual({ isDone: false, handled: [0, 1] });
    held.resolve();
    expect(await done).toEqual([0, 1, 2].map((index) => ({ index, tags: ['a'] })));
  });

  it('delivers the messages of one worker to each other in their order', async () => {
    const [first, second, third, fourth] = await startFour();
    const received = [third, fourth].map(({ channel }) => {
      const all: unknown[] = [];
      channel.on('step', (step) => void all.push(step));
      return all;
    });
    const steps = Array.from({ length: 200 }, (_, step) => step);
    await Promise.all(
      [first, second].flatMap(({ channel }) =>
        steps.map((step) => channel.broadcast('step', [channel === first.channel, step])),
      ),
    );
    for (const all of received) {
      for (const own of [true, false]) {
        expect(
          all.filter((one) => (one as [boolean, number])[0] === own).map((one) => (one as [boolean, number])[1]),
        ).toEqual(steps);
      }
    }
  });

  it('does not wait for a worker that has ended, ends meanwhile, or does not listen yet', async () => {
    const relay = new Relay();
    const [first, second, third, fourth] = await startFour(relay);
    const { ofSupervisor } = connectedPorts();
    relay.add(0, ofSupervisor);
    const gone: number[] = [];
    relay.onGone((worker) => gone.push(worker));
    second.channel.on('purge', () => 'second');
    third.channel.on('purge', () => new Promise(() => {}));
    fourth.kill();
    const done = first.channel.broadcast('purge', null);
    await settled();
    third.kill();
    expect(await done).toEqual(['second']);
    expect(gone).toEqual([expect.any(Number), expect.any(Number)]);
  });

  it('reports a worker that fails to handle a broadcast, or does not in time', async () => {
    const relay = new Relay();
    const [first, second] = await startFour(relay);
    second.channel.on('purge', () => {
      throw new Error('out of memory');
    });
    second.channel.on('slow', () => new Promise(() => {}));
    await expect(first.channel.broadcast('purge', null)).rejects.toThrow(/^worker \d+: out of memory$/);
    await expect(first.channel.broadcast('slow', null, 5)).rejects.toThrow('no reply within 5 ms');
    await expect(relay.collect('slow', null, { timeout: 5 })).rejects.toThrow(/^worker \d+: no reply within 5 ms$/);
  });

  it('rejects what is too long, and what would queue without bound', async () => {
    const relay = new Relay(3);
    const [first, second] = await startFour(relay);
    await expect(first.channel.request('any', 'x'.repeat(MAX_BODY_LENGTH))).rejects.toThrow('is longer than');
    const held = Promise.withResolvers<void>();
    second.channel.on('slow', () => held.promise);
    const results = Promise.allSettled([1, 2, 3, 4].map((each) => first.channel.broadcast('slow', each)));
    await settled();
    held.resolve();
    const rejected = (await results).filter(({ status }) => status === 'rejected');
    expect(rejected).toEqual([
      {
        status: 'rejected',
        reason: expect.objectContaining({ message: expect.stringContaining(': 3 messages wait') }),
      },
    ]);
  });

  it('fails what a worker waits for when its supervisor is gone', async () => {
    const relay = new Relay();
    relay.on('never', () => new Promise(() => {}));
    const [first] = await startFour(relay);
    const waiting = first.channel.request('never', null);
    first.kill();
    await expect(waiting).rejects.toThrow('the supervisor is gone');
    await expect(first.channel.request('never', null)).rejects.toThrow('the supervisor is gone');
  });
});

// Event fields: Subscription fields of the gateway's own, or of a client's own, whose events are the messages of a channel
// (`@subscribe`).
import { type DocumentNode, type GraphQLField, type GraphQLSchema, isObjectType, parse } from 'graphql';
import type { Identity } from '../../config/context.ts';
import { operationError } from '../../errors.ts';
import { ComposeError } from '../compose-error.ts';
import { declaredDirectives, directiveArguments } from '../declared-directives.ts';
import type { DirectiveMeanings } from '../directive-meanings.ts';
import { elementsOf, memberCoordinate } from '../schema-elements.ts';
import { readSource } from '../sdl.ts';
import { appliedDirectives } from '../sdl-problems.ts';
import { type ClaimOf, readChannel } from './event-channel.ts';
import { InvalidKey, type KeyReader, keyReader } from './event-key.ts';

/** Where events come from. */
export interface EventBroker {
  /**
   * The messages of a channel from now on, as texts. They throw a GraphQLError where they break off.
   * @throws GraphQLError
   */
  subscribe(channel: string): AsyncIterableIterator<string> | Promise<AsyncIterableIterator<string>>;
  claimOf: ClaimOf;
  /** Bytes of a message, at most. */
  readonly maxMessageBytes: number;
  /** Called with the field of a message that is no key, and the reason. */
  onInvalid(field: string, reason: string): void;
}

/** The SDL of event fields. */
export interface EventSource {
  name: string;
  sdl: string;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Gives the event fields of an executable schema their events. Changes the schema.
 * @param broker null where none is configured.
 * @param resolvers of the schema, by type and field.
 * @throws ComposeError for directives that cannot be read, with their places.
 */
export function bindEventFields(
  schema: GraphQLSchema,
  source: EventSource,
  broker: EventBroker | null,
  resolvers: Readonly<Record<string, unknown>>,
): void {
  const problems: string[] = [];
  const hasResolver = (type: string, field: string) => Object.hasOwn((resolvers[type] ?? {}) as Fields, field);
  const root = schema.getSubscriptionType()?.name;
  for (const { coordinate, type, member, argument, node } of elementsOf(schema)) {
    const [directive] = declaredDirectives(node, 'subscribe');
    if (!directive) continue;
    const report = (problem: string) =>
      problems.push(`${placed(source, coordinate)}: @subscribe on ${coordinate}: ${problem}`);
    const field = member === undefined || argument !== undefined ? null : fieldOf(schema, type, member);
    if (type !== root || !field) {
      report('it belongs on a field of the Subscription type');
      continue;
    }
    const { redis } = directiveArguments(directive);
    const channel = readChannel(String(redis), field);
    const read = keyReader(field.type, schema, hasResolver);
    if (typeof channel === 'string') report(channel);
    if (typeof read === 'string') report(read);
    if (hasResolver(type, field.name)) report('the field has a resolver as well: remove one of them');
    if (broker === null) report('configure `redis`, or `events.redis`, which its messages come from');
    if (typeof channel === 'string' || typeof read === 'string' || broker === null) continue;
    field.subscribe = async (_root, args, context) => {
      const { identity } = context as { identity: Identity | null };
      const name = channel.nameFor(args, identity, broker.claimOf);
      return eventsOf(await broker.subscribe(name), memberCoordinate(type, field.name), field.name, read, broker);
    };
  }
  if (problems.length > 0) throw new ComposeError(problems);
}

/**
 * One message for each `@subscribe` in the SDL of a service: its events come from the service itself. None for SDL that
 * cannot be read.
 */
export function misplacedEventFields(sdl: string, source: string, meanings?: DirectiveMeanings): string[] {
  if (!sdl.includes('@subscribe')) return [];
  let document: DocumentNode;
  try {
    ({ document } = readSource(sdl, source, meanings));
  } catch (error) {
    if (error instanceof ComposeError) return [];
    throw error;
  }
  return appliedDirectives(document).flatMap(({ coordinate, directive }) =>
    directive.name.value === 'subscribe'
      ? [
          `${placed({ name: source, sdl }, coordinate)}: @subscribe on ${coordinate}: it belongs in the gateway's own fields ` +
            '(`fields.schema`), which no service serves; move the field there',
        ]
      : [],
  );
}

function fieldOf(schema: GraphQLSchema, type: string, name: string): GraphQLField<unknown, unknown> | null {
  const parent = schema.getType(type);
  return isObjectType(parent) ? (parent.getFields()[name] ?? null) : null;
}

/** The source, with the line and the column of the directive in its SDL. */
function placed({ name, sdl }: EventSource, coordinate: string): string {
  const applied = appliedDirectives(parse(sdl));
  const found = applied.find((each) => each.coordinate === coordinate && each.directive.name.value === 'subscribe');
  const { line, column } = found?.directive.loc?.startToken ?? {};
  return line === undefined ? name : `${name}:${line}:${column}`;
}

/** Root values of events: the key, or the error of a message that is none. */
function eventsOf(
  messages: AsyncIterableIterator<string>,
  coordinate: string,
  field: string,
  read: KeyReader,
  broker: EventBroker,
): AsyncIterableIterator<Fields> {
  const events: AsyncIterableIterator<Fields> = {
    [Symbol.asyncIterator]: () => events,
    next: async () => {
      const { done, value } = await messages.next();
      if (done) return { done, value: undefined };
      return { done: false, value: { [field]: keyOrError(value, coordinate, read, broker) } };
    },
    return: async () => {
      await messages.return?.();
      return { done: true, value: undefined };
    },
  };
  return events;
}

function keyOrError(text: string, coordinate: string, read: KeyReader, broker: EventBroker): unknown {
  try {
    if (Buffer.byteLength(text) > broker.maxMessageBytes) throw new InvalidKey('it is too large');
    return read(text);
  } catch (error) {
    if (!(error instanceof InvalidKey)) throw error;
    broker.onInvalid(coordinate, error.message);
    return operationError('EVENT_INVALID');
  }
}

// Channels of a gRPC service, one for each configured address: grpc-js resolves the name, connects to all of its IP
// addresses and gives them calls in turn; here the channels that are connected get calls in turn.
import { createSecureContext } from 'node:tls';
import type { ChannelCredentials, Client } from '@grpc/grpc-js';
import { type GrpcAddress, readGrpcAddress } from '../../config/subgraph-grpc.ts';
import type { SubgraphTlsConfig } from '../../config/tls.ts';
import type { Logger } from '../../telemetry/log.ts';
import { type Credentials, TlsFiles } from '../tls-files.ts';
import { type Grpc, grpc } from './packages.ts';

export interface GrpcChannelsOptions {
  addresses: readonly string[];
  /** TLS of the subgraph's own, which makes all addresses secure. */
  tls: SubgraphTlsConfig | undefined;
  /** TLS of addresses that are secure anyway. */
  commonTls: SubgraphTlsConfig | undefined;
  /** Base of relative paths. */
  folder: string;
  /** Path of the TLS section in the configuration, for messages. */
  option: string;
  /** Maximum size of a message from the service, in bytes. */
  maxBytes: number;
}

export interface GrpcChannel {
  /** For operators. */
  label: string;
  /** Scheme, host and port, for spans. */
  origin: string;
  client: Client;
}

/** Milliseconds between looks for changed TLS files. */
const TLS_INTERVAL = 10_000;

/** Milliseconds in which calls on channels that are replaced may end. */
const DRAIN = 60_000;

const serviceConfig = JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] });

export class GrpcChannels {
  readonly #options: GrpcChannelsOptions;
  readonly #addresses: readonly (GrpcAddress & { label: string })[];
  #channels: GrpcChannel[] = [];
  #turn = 0;
  #files: TlsFiles | undefined;
  #used: Credentials | undefined;
  #nextLook = 0;
  readonly #draining = new Map<Client, NodeJS.Timeout>();
  #log: Pick<Logger, 'info' | 'warn'> | undefined;

  constructor(options: GrpcChannelsOptions) {
    this.#options = options;
    this.#addresses = options.addresses.map((text) => {
      const address = readGrpcAddress(text) as GrpcAddress;
      return { ...address, isSecure: address.isSecure || options.tls !== undefined, label: text };
    });
  }

  /** Reads the files of TLS. @throws ConfigError for files that are not valid, and where grpc-js is not installed. */
  prepare(log: Pick<Logger, 'info' | 'warn'>): void {
    this.#log = log;
    grpc();
    this.#credentials();
  }

  /** Maximum size of a message from the service. */
  get maxBytes(): number {
    return this.#options.maxBytes;
  }

  get labels(): readonly string[] {
    return this.#addresses.map(({ label }) => label);
  }

  /** Number of the state of each channel, as `connectivityState` of grpc-js; none before the first call. */
  get states(): readonly number[] {
    return this.#channels.map(({ client }) => client.getChannel().getConnectivityState(false));
  }

  /** The next channel: one that is connected, or may be soon, before those that cannot be connected. */
  choose(now: number): GrpcChannel {
    if (now >= this.#nextLook) this.#open(now);
    const count = this.#channels.length;
    const first = this.#turn++ % count;
    if (count > 1) {
      const { TRANSIENT_FAILURE } = grpc().connectivityState;
      for (let offset = 0; offset < count; offset++) {
        const channel = this.#channels[(first + offset) % count] as GrpcChannel;
        if (channel.client.getChannel().getConnectivityState(true) !== TRANSIENT_FAILURE) return channel;
      }
    }
    return this.#channels[first] as GrpcChannel;
  }

  /** Ends all connections, and the calls on them. */
  close(): void {
    for (const { client } of this.#channels) client.close();
    for (const [client, timer] of this.#draining) {
      clearTimeout(timer);
      client.close();
    }
    this.#draining.clear();
    this.#channels = [];
  }

  /** Opens the channels, anew where the files of TLS have changed. */
  #open(now: number): void {
    this.#nextLook = now + TLS_INTERVAL;
    const credentials = this.#credentials();
    if (this.#channels.length > 0 && credentials === this.#used) return;
    this.#used = credentials;
    for (const { client } of this.#channels) {
      const close = () => {
        this.#draining.delete(client);
        client.close();
      };
      this.#draining.set(client, setTimeout(close, DRAIN).unref());
    }
    const package_ = grpc();
    this.#channels = this.#addresses.map(({ label, target, isSecure, host }) => {
      const named = `${isSecure ? 'https' : 'http'}://${host}`;
      const origin = URL.canParse(named) ? named : 'http://localhost';
      const secured = isSecure ? secureCredentials(package_, credentials ?? {}) : package_.credentials.createInsecure();
      return { label, origin, client: new package_.Client(target, secured, this.#channelOptions()) };
    });
  }

  #channelOptions(): Record<string, string | number> {
    const { tls, commonTls, maxBytes } = this.#options;
    const servername = (tls ?? commonTls)?.servername;
    return {
      'grpc.service_config': serviceConfig,
      // Records of DNS would set retries and balancing otherwise.
      'grpc.service_config_disable_resolution': 1,
      'grpc.max_receive_message_length': maxBytes,
      'grpc.max_send_message_length': -1,
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 2_000,
      // Others in this process may have other credentials.
      'grpc.use_local_subchannel_pool': 1,
      'grpc.enable_http_proxy': 0,
      'grpc.enable_channelz': 0,
      // Servers end connections with pings more often than every five minutes (gRPC proposal A8).
      'grpc.keepalive_time_ms': 310_000,
      ...(servername !== undefined && { 'grpc.ssl_target_name_override': servername }),
    };
  }

  #credentials(): Credentials | undefined {
    const { tls, commonTls, folder, option } = this.#options;
    const paths = tls ?? commonTls;
    if (!paths || !this.#addresses.some(({ isSecure }) => isSecure)) return undefined;
    this.#files ??= new TlsFiles(paths, { folder, option, log: this.#log });
    return this.#files.current();
  }
}

/** NODE_TLS_REJECT_UNAUTHORIZED has no effect on it. */
function secureCredentials({ credentials }: Grpc, files: Credentials): ChannelCredentials {
  return credentials.createFromSecureContext(createSecureContext(files), { rejectUnauthorized: true });
}

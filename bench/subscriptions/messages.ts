// Messages of the processes of the benchmark of subscriptions.

export interface GatewayReport {
  /** Milliseconds of the process. */
  time: number;
  /** Milliseconds of CPU, times 1,000. */
  cpu: number;
  /** Resident, in MB. */
  memory: number;
}

export interface ClientReport {
  /** Events received by all clients. */
  events: number;
  /** Subscriptions that have ended. */
  ended: number;
  /** Milliseconds from the service to the client, of one in a hundred events. */
  p50: number;
  p99: number;
}

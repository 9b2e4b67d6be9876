// Settings of a gRPC service that all of its calls share.
import type { AdmissionSettings } from '../request-settings.ts';
import type { RetryBudget } from '../retry-budget.ts';
import type { DocumentTranslator } from '../translate/document-translator.ts';
import type { GrpcChannels } from './grpc-channels.ts';
import type { MethodBinding } from './service-binding.ts';

export interface GrpcSettings extends AdmissionSettings {
  channels: GrpcChannels;
  translator: DocumentTranslator;
  methods: ReadonlyMap<string, MethodBinding>;
  /** Header fields of every call, names in lower case and values in turn. */
  headers: readonly string[];
  /** Whether these contain credentials of the gateway. */
  hasCredentials: boolean;
  /** Maximum number of times that one call is sent. */
  maxAttempts: number;
  retries: RetryBudget;
}

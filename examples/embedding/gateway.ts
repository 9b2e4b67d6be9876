import { createGateway } from 'concierge-gateway';
import config from './gateway.config.ts';

export const gateway = await createGateway(config, { folder: import.meta.dirname });

import { gateway } from '../../../../gateway.ts';

export const config = { api: { bodyParser: false, externalResolver: true } };

export default gateway.listener;

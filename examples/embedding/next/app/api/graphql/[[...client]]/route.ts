import { gateway } from '../../../../../gateway.ts';

export const dynamic = 'force-dynamic';

const handle = (request: Request) => gateway.fetch(request);

export { handle as GET, handle as HEAD, handle as OPTIONS, handle as POST };

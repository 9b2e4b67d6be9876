// Back office: the whole graph, for the order desk.
import { defineClient } from '../../gateway/index.ts';

export default defineClient({
  version: '1',
  access: { roles: ['order-desk'] },
});

// The back office: the whole graph, for those who have signed in.
import { defineClient } from '../../gateway/index.ts';

export default defineClient({
  version: '1',
  authentication: 'required',
});

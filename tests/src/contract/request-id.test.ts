import { requestId } from './cases/request-id';
import { play } from './play';

play(requestId);

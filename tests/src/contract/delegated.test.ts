/** The handlers that Node's own servers call: the same cases, over `createServer()` of the value. */
import { ofForm } from './cases';
import { play } from './play';

play(ofForm('delegated'));

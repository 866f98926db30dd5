import { routing } from './cases/routing';
import { play } from './play';

play(routing);

import { logging } from './cases/logging';
import { play } from './play';

play(logging);

import { stop } from './cases/stop';
import { play } from './play';

play(stop);

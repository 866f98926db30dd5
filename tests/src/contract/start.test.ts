import { start } from './cases/start';
import { play } from './play';

play(start);

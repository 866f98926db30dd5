import { methods } from './cases/methods';
import { play } from './play';

play(methods);

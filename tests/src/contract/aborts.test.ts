import { aborts } from './cases/aborts';
import { play } from './play';

play(aborts);

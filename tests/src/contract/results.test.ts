import { results } from './cases/results';
import { play } from './play';

play(results);

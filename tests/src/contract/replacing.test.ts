import { replacing } from './cases/replacing';
import { play } from './play';

play(replacing);

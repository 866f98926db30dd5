import { writers } from './cases/writers';
import { play } from './play';

play(writers);

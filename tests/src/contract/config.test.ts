import { config } from './cases/config';
import { play } from './play';

play(config);

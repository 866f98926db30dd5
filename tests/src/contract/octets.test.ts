import { octets } from './cases/octets';
import { play } from './play';

play(octets);

import { parser } from './cases/parser';
import { play } from './play';

play(parser);

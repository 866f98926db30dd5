import { handlers } from './cases/handlers';
import { play } from './play';

play(handlers);

import { transport } from './cases/transport';
import { play } from './play';

play(transport);

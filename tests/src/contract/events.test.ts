import { events } from './cases/events';
import { play } from './play';

play(events);

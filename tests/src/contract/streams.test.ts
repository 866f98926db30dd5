import { streamed } from './cases/streams';
import { play } from './play';

play(streamed);

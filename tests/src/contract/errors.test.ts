import { errors } from './cases/errors';
import { play } from './play';

play(errors);

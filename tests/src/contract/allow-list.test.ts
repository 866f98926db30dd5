import { allowList } from './cases/allow-list';
import { play } from './play';

play(allowList);

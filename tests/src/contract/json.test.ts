import { json } from './cases/json';
import { limits } from './cases/limits';
import { play } from './play';

play([...json, ...limits]);

import { cors } from './cases/cors';
import { corsDefects } from './cases/cors-defects';
import { play } from './play';

play([...cors, ...corsDefects('native')]);

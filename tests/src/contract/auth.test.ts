import { auth, authDefects } from './cases/auth';
import { validators } from './cases/validators';
import { play } from './play';

play([...auth, ...validators, ...authDefects('native')]);

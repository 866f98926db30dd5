import { formFailures } from './cases/form-failures';
import { play } from './play';

play(formFailures);

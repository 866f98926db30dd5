import { forms } from './cases/forms';
import { play } from './play';

play(forms);

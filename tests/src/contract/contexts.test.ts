import { contexts } from './cases/contexts';
import { exposureContext } from './cases/exposure-context';
import { play } from './play';

play([...exposureContext, ...contexts]);

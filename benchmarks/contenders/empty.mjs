/** No server: what any script of Node needs to start, import a file, and say so. */
import { announce, onTerminate } from './child.mjs';

announce(0);
setInterval(() => {}, 1000); // It stays until it is ended, as the others do.
onTerminate(() => {});

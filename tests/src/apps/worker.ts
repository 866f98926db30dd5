/** What `rust-tunnel serve` starts in the tests: one of the applications, with one of the option variants. */
import { serveWorker } from '@bluelibs/runner-native/worker';
import { plainLogger } from '../harness/logs';
import { MARK } from '../harness/mark';
import { type AppName, apps } from './apps';
import { type VariantName, variants } from './variants';

const { TUNNEL_APP, TUNNEL_VARIANT } = process.env;
const app = TUNNEL_APP as AppName;
const variant = TUNNEL_VARIANT as VariantName;
const logger = plainLogger((record) => process.stderr.write(`${MARK}${JSON.stringify(record)}\n`));

void serveWorker((tunnel) => apps[app](tunnel, logger.note), { ...variants[variant](logger.note), logger });

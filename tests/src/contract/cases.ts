/** Every case of the suite, with the form in which it is played. */

import { isAct, type Table } from './case';
import { aborts } from './cases/aborts';
import { allowList } from './cases/allow-list';
import { auth, authDefects } from './cases/auth';
import { config } from './cases/config';
import { contexts } from './cases/contexts';
import { cors } from './cases/cors';
import { corsDefects } from './cases/cors-defects';
import { errors } from './cases/errors';
import { events } from './cases/events';
import { exposureContext } from './cases/exposure-context';
import { formFailures } from './cases/form-failures';
import { forms } from './cases/forms';
import { handlers } from './cases/handlers';
import { json } from './cases/json';
import { limits } from './cases/limits';
import { logging } from './cases/logging';
import { methods } from './cases/methods';
import { octets } from './cases/octets';
import { parser } from './cases/parser';
import { replacing } from './cases/replacing';
import { requestId } from './cases/request-id';
import { results } from './cases/results';
import { routing } from './cases/routing';
import { start } from './cases/start';
import { stop } from './cases/stop';
import { streamed } from './cases/streams';
import { transport } from './cases/transport';
import { validators } from './cases/validators';
import { writers } from './cases/writers';
import type { Form } from './setting';

/** What goes over a listener, and so may be asked of any form of it. */
const served: readonly Table[] = [
  ...routing,
  ...methods,
  ...cors,
  ...auth,
  ...validators,
  ...requestId,
  ...json,
  ...limits,
  ...results,
  ...writers,
  ...streamed,
  ...octets,
  ...errors,
  ...exposureContext,
  ...contexts,
  ...events,
];

/** The tables of another form, without those whose cases start servers themselves. */
export function ofForm(form: Form): Table[] {
  const tables = served
    .map(({ setting, cases, ...table }) => ({
      ...table,
      name: `${table.name} (${form})`,
      setting: { ...setting, form },
      cases: cases.filter((one) => !isAct(one)),
    }))
    .filter(({ cases }) => cases.length > 0);
  return [...tables, ...corsDefects(form), ...authDefects(form)];
}

export const tables: readonly Table[] = [
  ...served,
  ...corsDefects('native'),
  ...authDefects('native'),
  ...parser,
  ...allowList,
  ...transport,
  ...aborts,
  ...forms,
  ...formFailures,
  ...logging,
  ...config,
  ...handlers,
  ...start,
  ...stop,
  ...replacing,
  ...ofForm('delegated'),
  ...ofForm('fallback'),
];

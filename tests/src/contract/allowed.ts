/** The two differences that are everywhere; whatever else differs is the difference of a case. */
import { defects } from './defects';
import type { LogNote } from './notes';
import type { Answer, Observation } from './observation';
import type { Form } from './setting';

const FAILURES = ['exposure.task.error', 'exposure.event.error'];

/** An observation without what may differ everywhere in this form. */
export function comparable(observation: Observation, form: Form): Observation {
  const isD21 = defects().get('D21')?.[form].startsWith('fixed') === true;
  return {
    ...observation,
    logs: isD21 ? observation.logs.map(plain) : observation.logs,
    answers: form === 'native' ? observation.answers.map(withoutNoLength) : observation.answers,
  };
}

/** HTTP forbids a length with 204 (RFC 9110, 8.6): Node sends the one it is told, we never do. */
function withoutNoLength(answer: Answer): Answer {
  if (answer.status !== 204 || answer.headers['content-length']?.join() !== '0') return answer;
  const { 'content-length': _, ...headers } = answer.headers;
  return { ...answer, headers };
}

/** What D21 adds goes: the id, the error's name and its stack. Its message stays. */
function plain(log: LogNote): LogNote {
  if (!FAILURES.includes(log.message)) return log;
  const error = log.error.replace(/^[\w.]+: /, '').replace(/ \(with stack\)$/, '');
  const data = /^\{ id: '[^']+' \}$/.test(log.data) ? 'undefined' : log.data;
  return { ...log, error, data };
}

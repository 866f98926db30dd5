/** Clients that leave, and what a task learns of it. */
import { exchange } from '../../harness/request';
import type { Case, Table } from '../case';
import { bytes } from '../observation';
import { AUTH, call, parserRefuses, result } from '../requests';

const REASON = "{ name: 'runner.errors.cancellation', data: { reason: 'Client Closed Request' }";
const ID = { 'x-runner-request-id': 'leaves' };

export const aborts: Table[] = [
  {
    name: 'clients that leave',
    cases: [
      leaves('destroys the socket', '1.10/destroyed', (connection) => connection.leave()),
      leaves('resets the socket', '1.10/destroyed', (connection) => connection.reset()),
      leaves('half-closes', '1.10/half-closed', (connection) => connection.halfClose()),
      {
        rows: ['1.10/rejects', 'D15'],
        does: 'a task that rejects with the reason is not logged',
        send: [],
        async talk(connection, { side, took }) {
          connection.write(bytes(call('follow', 'f', ID)));
          await side.notes.noted('follows f');
          connection.leave();
          await barrier(side.port);
          took(GONE);
        },
        gets: { status: 'nothing' },
        after: 'left',
        seen: ['follows f'],
        differs: {
          by: 'D15',
          ours: {
            gets: { status: 'nothing' },
            after: 'left',
            seen: ['follows f'],
            logs: ['exposure.task.cancelled'],
          },
        },
      },
      ...['/__runner/task/echo', '/__runner/event/happened'].map(
        (target): Case => ({
          rows: ['1.10/body', '1.10/events'],
          does: `leaves in the middle of a body: ${target}`,
          send: [],
          async talk(connection, { side, took }) {
            connection.write(
              bytes({ target, headers: { ...AUTH, 'Content-Length': '100' } }).toString('latin1'),
            );
            connection.write('{"input":');
            await barrier(side.port);
            connection.leave();
            await barrier(side.port);
            took(GONE);
          },
          gets: { status: 'nothing' },
          after: 'left',
          seen: ['!echo', '!happened'],
        }),
      ),
      {
        rows: ['1.10/half-closed-body'],
        does: 'half-closes in the middle of a body',
        send: [],
        async talk(connection, { read }) {
          connection.write(
            bytes({ target: '/__runner/task/echo', headers: { ...AUTH, 'Content-Length': '100' } }),
          );
          connection.write('{"input":');
          connection.halfClose();
          await read();
        },
        gets: parserRefuses(400, 'Bad Request'),
        after: 'ended',
        seen: ['!echo'],
      },
      {
        rows: ['D4', '1.10/completed'],
        does: 'the signal after an ordinary answer',
        send: [],
        async talk(connection, { side, read }) {
          connection.write(bytes(call('wait', 'c')));
          await side.notes.noted('waits c');
          side.parts.gate.open();
          await read();
        },
        settles: (side) => (side.name === 'stock' ? side.notes.noted('aborted c') : barrier(side.port)),
        gets: result('"c"'),
        seen: ['goes on c false', `aborted c ${REASON}`],
        differs: { by: 'D4', ours: { gets: result('"c"'), seen: ['goes on c false', '!aborted'] } },
      },
    ],
  },
];

const GONE = { status: 'nothing', line: '', headers: {}, body: '' } as const;

/** A whole exchange on another connection. */
async function barrier(port: number): Promise<void> {
  await exchange(port, call('add', { a: 1, b: 1 }));
}

function leaves(
  does: string,
  row: string,
  leave: (connection: Parameters<NonNullable<Case['talk']>>[0]) => void,
): Case {
  const label = row.slice(5);
  return {
    rows: [row],
    does,
    send: [],
    async talk(connection, { side, took }) {
      const { mark } = side.notes;
      connection.write(bytes(call('wait', label, ID)));
      await side.notes.noted(`waits ${label}`, mark);
      leave(connection);
      await side.notes.noted(`aborted ${label}`, mark);
      side.parts.gate.open();
      await side.notes.noted(`goes on ${label}`, mark);
      await connection.closed;
      took({ ...GONE, body: await connection.rest() });
    },
    gets: { status: 'nothing', body: '' },
    after: 'left',
    seen: [`aborted ${label} ${REASON}`, `goes on ${label} true`],
  };
}

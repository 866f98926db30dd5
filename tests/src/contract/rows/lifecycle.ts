import type { Said } from '../rows';

/** Section 2: configuration, value, start, end, replacing. */
export const lifecycle: Readonly<Record<string, Said>> = {
  '2.1': {
    'no-server': 'without `listen`: no server',
    'handlers-only': 'its handlers work all the same',
    unchecked: 'nothing is validated',
  },
  '2.2': {
    members: 'ten members in their order',
    'handle-request': '`handleRequest` routes, is false outside, rejects for no URL',
    'handle-task': '`handleTask` takes tasks only, and preflights of any path',
    'handle-event': '`handleEvent` likewise',
    'handle-discovery': '`handleDiscovery` looks at no path and knows no preflight',
    'create-listener': '`createRequestListener` makes a new one that answers misses',
    'create-server': '`createServer` makes one that is not closed',
    attach: '`attachTo` ignores misses and gives a detach that may be called twice',
    server: '`server` is its own, the given or null',
    'base-path': '`basePath` is the resolved one',
    close: '`close` may be called again, all share one end',
  },
  '2.3': {
    'port-0': 'it has its port when the app has started',
    host: 'the host is 127.0.0.1 or the configured one',
    'port-text': 'a port as text, or none, is fine',
    'in-use': 'EADDRINUSE: the original error, its message prefixed',
    'bad-port': 'ERR_SOCKET_BAD_PORT likewise',
    'bad-host': 'an address of another machine likewise',
    'rolled-back': 'and everything is rolled back',
    boot: 'during the boot tasks run without their dependencies',
    lazy: 'a lazy app does not start it unless something needs it',
    twice: 'registered twice is refused; a fork is not',
    'given-server': 'a given server is only attached to',
  },
  '2.4': {
    refused: 'after the end nobody can connect',
    'in-flight': 'calls in flight get their answer',
    idle: 'idle connections are closed at once',
    silent: 'a connection that says nothing keeps it pending',
    order: 'what it does not depend on may end before it',
    foreign: 'servers of others are left, not closed',
    again: 'the port is free again',
  },
  '2.5': {
    'own-id': 'a resource of its own id works alike',
    'same-id': 'one of the same id serves those who depend on the original',
    fork: 'forks work, and are found by `.resource`',
    override: 'an override works, with its own configuration only',
  },
};

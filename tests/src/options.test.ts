import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TunnelError, TunnelServer, type TunnelServerOptions } from '@bluelibs/runner-native';

/** An option, a wrong value, and what the message must say of it. */
type Case = [options: object, said: RegExp];

const WRONG_TYPE: Case[] = [
  [{ port: '7070' }, /^port must be an integer from 0 to 65535, got "7070"$/],
  [{ port: undefined }, /^port must be .*, got undefined$/],
  [{}, /^port must be .*, got undefined$/],
  [{ port: null }, /^port must be .*, got null$/],
  [{ port: 0, host: 5 }, /^host must be a string, got 5 \(number\)$/],
  [{ port: 0, reusePort: 'yes' }, /^reusePort must be true or false, got "yes"$/],
  [{ port: 0, ioThreads: '2' }, /^ioThreads must be an integer from 1 to 64, got "2"$/],
  [{ port: 0, basePath: 5 }, /^basePath must be a string, got 5/],
  [{ port: 0, corsOrigins: 5 }, /^corsOrigins must be a string or an array of strings, got 5/],
  [{ port: 0, corsOrigins: ['a', 5] }, /^corsOrigins\[1\] must be a string, got 5/],
  [{ port: 0, cors: true }, /^cors must be an object, got true/],
  [{ port: 0, cors: { origin: 5 } }, /^cors\.origin must be .*RegExp or a function, got 5/],
  [{ port: 0, cors: { origin: null } }, /^cors\.origin must be .*, got null/],
  [{ port: 0, cors: { origin: [/x/] } }, /^cors\.origin\[0\] must be a string, got an object/],
  [{ port: 0, cors: { methods: 5 } }, /^cors\.methods must be .*strings, got 5/],
  [{ port: 0, cors: { allowedHeaders: {} } }, /^cors\.allowedHeaders must be .*, got an object/],
  [{ port: 0, cors: { exposedHeaders: [null] } }, /^cors\.exposedHeaders\[0\] must be a string, got null/],
  [{ port: 0, cors: { credentials: 1 } }, /^cors\.credentials must be true or false, got 1/],
  [{ port: 0, cors: { maxAge: '5' } }, /^cors\.maxAge must be an integer from 0 to \d+, got "5"/],
  [{ port: 0, cors: { origin: ['a'], varyOrigin: 0 } }, /^cors\.varyOrigin must be true or false, got 0/],
  [{ port: 0, cors: { origin: '*', varyOrigin: 0 } }, /^cors\.varyOrigin must be true or false, got 0/],
  [{ port: 0, auth: 'secret' }, /^auth must be an object, got "secret"/],
  [{ port: 0, auth: null }, /^auth must be an object, got null/],
  [{ port: 0, auth: { token: 5 } }, /^auth\.token must be a string or an array of strings, got 5/],
  [{ port: 0, auth: { token: ['a', null] } }, /^auth\.token\[1\] must be a string, got null/],
  [{ port: 0, auth: { token: 'x', header: 5 } }, /^auth\.header must be a string, got 5/],
  [{ port: 0, auth: { token: 'x', header: 'a b' } }, /auth\.header.*a b/],
  [{ port: 0, auth: { token: 'x', header: '' } }, /auth\.header.*""/],
  [{ port: 0, auth: { validate: 'x' } }, /^auth\.validate must be a function, got "x"/],
  [{ port: 0, auth: { allowAnonymous: 'true' } }, /^auth\.allowAnonymous must be true or false, got "true"/],
  [{ port: 0, auth: {} }, /^auth must hold token, validate or allowAnonymous: true, got none of them/],
  [{ port: 0, auth: { token: [] } }, /^auth must hold/],
  [{ port: 0, auth: { allowAnonymous: false } }, /^auth must hold/],
  [{ port: 0, auth: { token: undefined } }, /^auth must hold/],
  [{ port: 0, limits: [] }, /^limits must be an object, got an array/],
  [{ port: 0, limits: { json: 5 } }, /^limits\.json must be an object, got 5/],
  [{ port: 0, limits: { json: { maxSize: '1mb' } } }, /^limits\.json\.maxSize must be .*, got "1mb"/],
  [
    { port: 0, limits: { maxInFlight: null, maxConnections: '5' } },
    /^limits\.maxConnections must be .*, got "5"/,
  ],
  [{ port: 0, limits: { maxInFlight: true } }, /^limits\.maxInFlight must be .*, got true/],
  [{ port: 0, timeouts: 5 }, /^timeouts must be an object, got 5/],
  ...['headMs', 'requestMs', 'keepAliveMs', 'writeMs', 'handlerMs', 'abandonedMs'].map(
    (key): Case => [
      { port: 0, timeouts: { [key]: '5' } },
      new RegExp(`^timeouts\\.${key} must be .*, got "5"`),
    ],
  ),
  [
    { port: 0, serializer: {} },
    /^serializer must be an object with the methods stringify and parse, got an object/,
  ],
  [{ port: 0, serializer: { parse: JSON.parse } }, /^serializer must be/],
  [{ port: 0, serializer: null, logger: 5 }, /^logger must be .* warn and error, got 5/],
  [{ port: 0, logger: { warn() {} } }, /^logger must be an object with the methods warn and error/],
  [{ port: 0, disableDiscovery: 'no' }, /^disableDiscovery must be true or false, got "no"/],
  [{ port: 0, allowList: 5 }, /^allowList must be .*strings, got 5/],
  [{ port: 0, allowList: [5] }, /^allowList\[0\] must be a string, got 5/],
  [{ port: 0, corsOrigins: '*', cors: {} }, /corsOrigins and cors/],
  [{ port: 0, prot: 1 }, /^prot is no option; known here: port, host/],
  [{ port: 0, cors: { origins: '*' } }, /^cors\.origins is no option; known here: origin/],
  [{ port: 0, auth: { tokens: 'x' } }, /^auth\.tokens is no option; known here: token/],
  [{ port: 0, limits: { maxSize: 1 } }, /^limits\.maxSize is no option/],
  [{ port: 0, limits: { json: { max: 1 } } }, /^limits\.json\.max is no option/],
  [{ port: 0, timeouts: { head: 1 } }, /^timeouts\.head is no option/],
];

const WRONG_RANGE: Case[] = [
  [{ port: -1 }, /^port must be an integer from 0 to 65535, got -1$/],
  [{ port: 65_536 }, /^port must be .*, got 65536$/],
  [{ port: 1.5 }, /^port must be .*, got 1.5$/],
  [{ port: Number.NaN }, /^port must be .*, got NaN$/],
  [{ port: 0, ioThreads: 0 }, /^ioThreads must be .*, got 0$/],
  [{ port: 0, ioThreads: 65 }, /^ioThreads must be .*, got 65$/],
  [{ port: 0, cors: { maxAge: -1 } }, /^cors\.maxAge must be .*, got -1$/],
  [{ port: 0, auth: { token: '' } }, /^auth\.token must not be empty, got ""$/],
  [{ port: 0, auth: { token: ['a', ''] } }, /^auth\.token must not be empty, got ""$/],
  [{ port: 0, limits: { json: { maxSize: -1 } } }, /^limits\.json\.maxSize must be .*, got -1$/],
  [{ port: 0, limits: { maxInFlight: 0 } }, /^limits\.maxInFlight must be .*, got 0$/],
  [{ port: 0, limits: { maxConnections: 0 } }, /^limits\.maxConnections must be .*, got 0$/],
  ...['headMs', 'requestMs', 'keepAliveMs', 'writeMs', 'handlerMs', 'abandonedMs'].map(
    (key): Case => [{ port: 0, timeouts: { [key]: 0 } }, new RegExp(`^timeouts\\.${key} must be .*, got 0`)],
  ),
  [{ port: 0, timeouts: { headMs: Number.POSITIVE_INFINITY } }, /^timeouts\.headMs must be .*, got Infinity/],
];

/** What no HTTP header can carry, wherever it would end up in one. */
const UNSENDABLE: Case[] = [
  [{ port: 0, corsOrigins: 'a\nb' }, /cors.*origin/i],
  [{ port: 0, cors: { exposedHeaders: ['a\r\nb'] } }, /cors\.exposedHeaders/],
  [{ port: 0, cors: { methods: ['\0'] } }, /cors\.methods/],
];

const make = (options: unknown) => () => new TunnelServer(options as TunnelServerOptions);

describe('options', () => {
  for (const [kind, name, cases] of [
    [TypeError, 'of a wrong type', WRONG_TYPE],
    [RangeError, 'out of range', WRONG_RANGE],
    [TypeError, 'that can not be sent', UNSENDABLE],
  ] as const) {
    for (const [options, said] of cases) {
      it(`${name} are refused: ${said.source}`, () => {
        assert.throws(make(options), (error: Error) => {
          assert.equal(error.constructor, kind, error.message);
          assert.match(error.message, said);
          return true;
        });
      });
    }
  }

  it('are an object or a port', () => {
    for (const given of [undefined, null, '7070', [], true]) {
      assert.throws(make(given), /^TypeError: options must be/);
    }
    assert.throws(make(-1), /^RangeError: port must be/);
    make(0)();
  });

  it('may all be given', () => {
    make({
      port: 0,
      host: '127.0.0.1',
      reusePort: true,
      ioThreads: 2,
      basePath: '/x',
      cors: {
        origin: /x/,
        methods: ['POST'],
        allowedHeaders: 'a',
        exposedHeaders: ['b'],
        credentials: true,
        maxAge: 0,
      },
      auth: { token: ['a'], header: 'X-Token', validate: () => true, allowAnonymous: false },
      limits: { json: { maxSize: 0 }, maxInFlight: 1, maxConnections: 1 },
      timeouts: { headMs: 1, requestMs: 1, keepAliveMs: 1, writeMs: 1, handlerMs: 1, abandonedMs: 1 },
      serializer: JSON,
      logger: console,
      disableDiscovery: true,
      allowList: [],
    })();
  });
});

describe('TunnelError', () => {
  it('checks what it is made of', () => {
    const make = (init: unknown) => () => new TunnelError(init as { message: string });
    assert.throws(make({}), /^TypeError: TunnelError: message must be a string/);
    assert.throws(make({ message: 'x', id: 5 }), /^TypeError: TunnelError: id must be a string/);
    for (const httpCode of [399, 600, 200, 404.5, '404', Number.NaN]) {
      assert.throws(
        make({ message: 'x', httpCode }),
        /^RangeError: TunnelError: httpCode must be .* 400 to 599/,
      );
    }
    const error = new TunnelError({ message: 'm', id: 'i', data: { d: 1 }, httpCode: 404 });
    assert.ok(error instanceof Error);
    assert.deepEqual([error.name, error.message, error.id, error.httpCode], ['TunnelError', 'm', 'i', 404]);
  });
});

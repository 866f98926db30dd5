import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { backends, shared } from '../harness/backends';
import { it } from '../harness/it';
import { callTask, exchange } from '../harness/request';

const UNDEFINED = '{"__type":"Undefined","value":null}';

/** Bodies, and the input that a task gets from them. */
const BODIES: [body: string | Buffer, input: string][] = [
  ['', 'undefined'],
  ['5', '5'],
  ['"s"', '"s"'],
  ['null', 'null'],
  ['true', 'true'],
  [' 5\n', '5'],
  ['[1,{"input":1}]', '[1,{"input":1}]'],
  ['[{"input":1}]', '[{"input":1}]'],
  ['{}', '{}'],
  ['{"a":1}', '{"a":1}'],
  ['{"input":1}', '1'],
  ['{"input":null}', 'null'],
  ['{"input":{"input":2}}', '{"input":2}'],
  ['{"input":1,"other":2}', '1'],
  ['{"\\u0069nput":3}', '3'],
  [`{"input":${UNDEFINED}}`, 'undefined'],
  [UNDEFINED, 'undefined'],
  [`{"input":{"a":${UNDEFINED},"b":1}}`, '{"b":1}'],
  ['{"input":1,"input":2}', '2'],
  ['{"input":{"a":1,"b":2,"a":3}}', '{"a":3,"b":2}'],
  ['{"input":{"__proto__":{"polluted":1},"kept":1}}', '{"kept":1}'],
  ['{"input":{"\\u005f_proto__":{"polluted":1},"kept":1}}', '{"kept":1}'],
  ['{"input":{"deep":[{"__proto__":1,"kept":1}]}}', '{"deep":[{"kept":1}]}'],
  ['{"input":[1e400,-0,12345678901234567890]}', '[null,0,12345678901234567000]'],
  ['{"input":"\\ud800"}', '"\\ud800"'],
  [`{"input":${'['.repeat(500)}${']'.repeat(500)}}`, `${'['.repeat(500)}${']'.repeat(500)}`],
  [Buffer.from('{"input":"\xff\xc3(\xe2\x82"}', 'latin1'), '"\ufffd\ufffd(\ufffd"'],
  ['{"input":"é😀\u2028"}', '"é😀\u2028"'],
];

const NOT_JSON: (string | Buffer)[] = [
  '\ufeff{}',
  '{',
  '{} x',
  'NaN',
  '  ',
  '{a:1}',
  "'s'",
  '{"input":1}{"input":2}',
  '\0',
  Buffer.from('{"input":1}', 'utf16le'),
];

for (const backend of backends) {
  describe(`bodies (${backend.name})`, () => {
    const server = shared(backend, 'calls');
    const show = (body: string | Buffer, headers: Record<string, string> = {}) =>
      exchange(server.port, { target: '/__runner/task/show', body, headers });

    it('become inputs', async () => {
      for (const [body, input] of BODIES) {
        const answer = await show(body);
        assert.equal(answer.status, 200, `${body}: ${answer.text}`);
        assert.equal(answer.json.result, input, String(body));
      }
    });

    it('may be missing altogether', async () => {
      const answer = await exchange(server.port, { target: '/__runner/task/show' });
      assert.equal(answer.json.result, 'undefined');
    });

    it('that are no JSON answer 400', async () => {
      for (const body of NOT_JSON) {
        const answer = await show(body);
        assert.equal(answer.status, 400, String(body));
        assert.equal(
          answer.text,
          '{"ok":false,"error":{"message":"Invalid JSON body","code":"INVALID_JSON"}}',
        );
        assert.ok(answer.header('x-runner-request-id'));
      }
      assert.deepEqual(server.logs.records, []);
    });

    it('are JSON whatever the content type says', async () => {
      for (const type of [
        'text/plain',
        'application/cbor',
        'application/json; charset=latin1',
        'application/octet-stream ;x',
        'nonsense',
      ]) {
        const answer = await show('{"input":"é"}', { 'Content-Type': type });
        assert.equal(answer.json.result, '"é"', type);
      }
    });

    it('with files are forms for tasks, and JSON for events', async () => {
      for (const type of ['multipart/form-data; boundary=x', 'text/plain; x=Multipart/Form-Data']) {
        const headers = { 'Content-Type': type };
        const answer = await show('{"input":1}', headers);
        assert.equal(answer.status, 400, type);
        assert.equal(answer.json.error.code, 'INVALID_MULTIPART');
        const event = await exchange(server.port, { target: '/__runner/event/noted', headers, body: '{}' });
        assert.equal(event.status, 200, type);
      }
    });

    it('of octets are no input, and JSON for events', async () => {
      for (const type of ['application/octet-stream', 'Application/Octet-Stream;x']) {
        const headers = { 'Content-Type': type };
        assert.equal((await show('{"input":1}', headers)).json.result, 'undefined', type);
        const event = await exchange(server.port, { target: '/__runner/event/noted', headers, body: '{}' });
        assert.equal(event.status, 200, type);
      }
    });
  });

  describe(`results (${backend.name})`, () => {
    const server = shared(backend, 'calls');

    it('are written as JSON', async () => {
      const results: [string, string][] = [
        ['nothing of the sort', UNDEFINED],
        ['null', 'null'],
        ['zero', '0'],
        ['empty', '""'],
        ['false', 'false'],
        ['text', '"é\u2028😀\\"\\\\"'],
        ['list', '[1,null,"x"]'],
        ['nested', '{"kept":1}'],
        ['date', '"1970-01-01T00:00:00.000Z"'],
      ];
      for (const [name, text] of results) {
        const answer = await callTask(server.port, 'value', name);
        assert.equal(answer.text, `{"ok":true,"result":${text}}`, name);
        assert.equal(answer.header('content-length'), String(answer.body.length));
      }
    });

    it('may come later', async () => {
      assert.deepEqual((await callTask(server.port, 'add.later', { a: 1, b: 2 })).json, {
        ok: true,
        result: 3,
      });
    });

    it('start from no other request of the same connection or another', async () => {
      for (const name of ['one', 'two', 'three']) {
        assert.equal((await callTask(server.port, 'storage', name)).json.result, null, name);
      }
    });
  });
}

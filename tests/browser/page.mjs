/** A page of some origin, and what goes over the network for it. */
import { EventEmitter, once } from 'node:events';

/**
 * @typedef {object} Exchange
 * @property {string} type `Preflight` or `Fetch`.
 * @property {string} url
 * @property {number} [status]
 * @property {Record<string, string>} [headers] Of the answer, all of them, in lower case.
 */

export class Page {
  /** @type {Map<string, Exchange>} */
  #exchanges = new Map();
  #news = new EventEmitter();

  /** @param {import('./chromium.mjs').Chromium} chromium @param {string} sessionId */
  constructor(chromium, sessionId) {
    this.chromium = chromium;
    this.sessionId = sessionId;
    chromium.listen((event) => event.sessionId === sessionId && this.#note(event));
  }

  /** @param {import('./chromium.mjs').Chromium} chromium @param {string} url */
  static async open(chromium, url) {
    const { targetId } = await chromium.ask('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await chromium.ask('Target.attachToTarget', { targetId, flatten: true });
    const page = new Page(chromium, sessionId);
    const loaded = new Promise((resolve) =>
      chromium.listen(
        (event) => event.sessionId === sessionId && event.method === 'Page.loadEventFired' && resolve(null),
      ),
    );
    await page.#ask('Page.enable');
    await page.#ask('Network.enable');
    const { errorText } = await page.#ask('Page.navigate', { url });
    if (errorText) throw new Error(`${url}: ${errorText}`);
    await loaded;
    return page;
  }

  /**
   * Runs a function in the page; what it closes over is not there, and what it gives is copied.
   *
   * @template T @template {unknown[]} A
   * @param {(...given: A) => T | Promise<T>} work @param {A} given @returns {Promise<T>}
   */
  async run(work, ...given) {
    const expression = `(${work})(...${JSON.stringify(given)})`;
    const how = { expression, awaitPromise: true, returnByValue: true };
    const { result, exceptionDetails } = await this.#ask('Runtime.evaluate', how);
    if (!exceptionDetails) return result.value;
    throw new Error(`in the page: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
  }

  /** What was sent to this URL, the first first, once it has been answered. @param {string} url @param {string} type */
  async sent(url, type) {
    const all = () => [...this.#exchanges.values()].filter((one) => one.url === url && one.type === type);
    // The page may know before we do; the test's own deadline ends this.
    while (!all().some((one) => one.headers)) await once(this.#news, 'news');
    return all();
  }

  /** @param {string} method @param {object} [params] */
  #ask(method, params) {
    return this.chromium.ask(method, params, this.sessionId);
  }

  /** @param {{ method: string, params: any }} event */
  #note({ method, params }) {
    const exchange = this.#exchanges.get(params.requestId) ?? { type: '', url: '' };
    switch (method) {
      case 'Network.requestWillBeSent':
        Object.assign(exchange, { type: params.type, url: params.request.url });
        break;
      // Only now is a preflight called by its name.
      case 'Network.responseReceived':
        exchange.type = params.type;
        break;
      case 'Network.responseReceivedExtraInfo': {
        const lower = Object.entries(params.headers).map(([name, value]) => [name.toLowerCase(), value]);
        Object.assign(exchange, { status: params.statusCode, headers: Object.fromEntries(lower) });
        break;
      }
      default:
        return;
    }
    this.#exchanges.set(params.requestId, exchange);
    this.#news.emit('news');
  }
}

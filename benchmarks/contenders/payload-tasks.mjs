/**
 * The tasks of `bench payload`: they give prepared values, or take one, so that reading and writing is what is measured.
 * And the one that adds, which the smoke test calls beside them.
 */

/** How many orders make so many bytes of JSON. */
export const SIZES = { '22k': 105, '100k': 471, '1m': 4_690 };

/** An amount as an application's own class has it; the serializer does not know it. */
export class Money {
  /** @param {number} amount @param {string} currency */
  constructor(amount, currency) {
    this.amount = amount;
    this.currency = currency;
  }

  get cents() {
    return Math.round(this.amount * 100);
  }
}

const CUSTOMERS = ['Ada Lovelace', 'Grace Hopper', 'Zoë Öztürk', 'Edsger Dijkstra', 'Barbara Liskov'];
const CITIES = ['London', 'New York', 'Zürich', 'Rotterdam', 'Los Angeles'];

/** An order that JSON can say. @param {number} index */
function plainOrder(index) {
  return {
    id: 100_000 + index,
    customer: CUSTOMERS[index % CUSTOMERS.length],
    email: `customer${index}@example.com`,
    paid: index % 3 !== 0,
    price: ((index * 1999) % 100_000) / 100,
    currency: 'EUR',
    tags: ['new', index % 2 === 0 ? 'gift' : 'fragile'],
    address: { street: `${(index % 200) + 1} Main Street`, city: CITIES[index % CITIES.length], floor: null },
  };
}

/** One with a Date, an instance of a class, and an `undefined`. @param {number} index */
function richOrder(index) {
  const { price, currency, ...order } = plainOrder(index);
  return {
    ...order,
    price: new Money(price, currency),
    placed: new Date(1.6e12 + index * 61_000),
    note: undefined,
  };
}

/** @param {number} count */
export const plainOrders = (count) => Array.from({ length: count }, (_, index) => plainOrder(index));
/** @param {number} count */
export const richOrders = (count) => Array.from({ length: count }, (_, index) => richOrder(index));

/** That all of them have come. @param {{ price: number, tags: string[] }[]} orders */
export function totals(orders) {
  let [cents, tags] = [0, 0];
  for (const order of orders) {
    cents += Math.round(order.price * 100);
    tags += order.tags.length;
  }
  return { orders: orders.length, cents, tags };
}

/** @returns {Record<string, (input: any) => Promise<unknown>>} By the last part of their ids. */
export function payloadHandlers() {
  const prepared = { plain22k: plainOrders(SIZES['22k']), plain1m: plainOrders(SIZES['1m']) };
  Object.assign(prepared, { rich22k: richOrders(SIZES['22k']), rich1m: richOrders(SIZES['1m']) });
  const giving = Object.entries(prepared).map(([name, orders]) => [name, async () => orders]);
  return {
    ...Object.fromEntries(giving),
    add: async ({ a, b }) => a + b,
    totals: async ({ orders }) => totals(orders),
  };
}

/** @param {typeof import('@bluelibs/runner/node')} runner */
export function payloadTasks({ r }) {
  return Object.entries(payloadHandlers()).map(([name, run]) => r.task(`app.tasks.${name}`).run(run).build());
}

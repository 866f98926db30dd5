/** What can't be asked of an exposure whose server is a front, and why. */
import type { Table } from './case';

/** The names of cases, by those of their tables. */
type Cases = Readonly<Record<string, readonly string[]>>;

const PLACE = 'where to listen is what the front is told, not the exposure';
const OUTLIVES = 'the front goes on listening, and keeps its connections, when a worker leaves';
const NO_LISTENER = 'nothing listens here that a front could take over';
const WAITS = 'calls of a worker that still boots wait until it has: here the boot waits for them';
const ONE = 'a worker has one exposure';

export const exempt: readonly (readonly [why: string, cases: Cases])[] = [
  [
    PLACE,
    {
      'the start': [
        'another loopback address',
        'every IPv4 address',
        'a port that is in use',
        'a port that is none',
        'an address that is not of this machine',
      ],
      'the end': ['the port can be taken again'],
      'logs of the start': ['the defaults', 'what is configured'],
    },
  ],
  [
    OUTLIVES,
    {
      'the end': [
        'nobody can connect any more',
        'what is in flight is answered',
        'and its connection',
        'idle connections are closed at once',
        'what it does not depend on may end before it',
      ],
      'the value of the exposure': ['closes once, for everybody who asks'],
    },
  ],
  [
    NO_LISTENER,
    {
      'configuration: without a listener': ['serves over its handlers all the same'],
      'the value of the exposure': [
        'handleRequest',
        'handleTask',
        'handleEvent',
        'handleDiscovery',
        'makes a new listener each time, which answers misses',
        'a given server is attached to; `listen` is ignored',
        'a listener of the app that answered first wins',
      ],
      "in place of the Runner's exposure": [
        "not beside the Runner's",
        'twice is refused',
        'is a resource like another one',
      ],
      'the start': ['a lazy app does not start it'],
      'the end': ['other servers are left, not closed'],
    },
  ],
  [
    WAITS,
    {
      'the start': ['calls during the boot'],
      'allow-list: over time': ['during the boot nothing is exposed before the tunnel is there'],
    },
  ],
  [ONE, { "in place of the Runner's exposure": ['a fork is a second one'] }],
];

/** Why a case is not played before a front. */
export function whyNot({ name, setting }: Table, does: string): string | undefined {
  if ((setting?.form ?? 'native') !== 'native') return NO_LISTENER;
  return exempt.find(([, cases]) => cases[name]?.includes(does))?.[0];
}

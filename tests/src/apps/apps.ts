import type { Tunnel } from '@bluelibs/runner-native/worker';
import type { Note } from '../harness/logs';
import { calls } from './calls';
import { events } from './events';
import { failures } from './failures';
import { forms } from './forms';
import { gates } from './gates';
import { shop } from './shop';
import { streams } from './streams';

/** Registers an application's tasks and events. */
export type App = (tunnel: Tunnel, note: Note) => void;

/** The applications under test, by the name that both processes know. */
export const apps = { calls, events, failures, forms, gates, shop, streams } satisfies Record<string, App>;

export type AppName = keyof typeof apps;

/** Many clients that mean no good: see `tools/attacks.ts`. */
import { connect, type Socket } from 'node:net';
import { ATTACKS, type Attack, type AttackName, BIG, type Fates } from '../tools/attacks';
import { answerQuestions, until } from '../tools/processes';

const AT_A_TIME = 100;
/** Big answers keep the server's JavaScript busy for a while, which is not the attack that is meant. */
const READERS_AT_A_TIME = 10;
const FIRST_READ = 4096;
const HEAD_KEPT = 64;

class Attacker {
  private readonly socket: Socket;
  private timer: NodeJS.Timeout | undefined;
  private readonly begun = performance.now();
  private received = 0;
  private head = '';
  private allowance: number;
  endedMs: number | undefined;
  /** Resolves when it has sent the first thing, and got the first bytes of an answer if it is about answers. */
  readonly begins: Promise<void>;

  constructor(
    port: number,
    private readonly attack: Attack,
  ) {
    const isReader = attack.reads !== undefined;
    const buffer = Buffer.alloc(isReader ? FIRST_READ : 65_536);
    this.allowance = isReader ? FIRST_READ : Number.POSITIVE_INFINITY;
    let begin = (): void => {};
    this.begins = new Promise((resolve) => {
      begin = resolve;
    });
    const callback = (length: number): boolean => {
      this.received += length;
      if (this.head.length < HEAD_KEPT) this.head += buffer.toString('latin1', 0, length);
      this.allowance -= length;
      begin();
      return this.allowance > 0;
    };
    this.socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, onread: { buffer, callback } });
    const end = (): void => {
      this.endedMs ??= performance.now() - this.begun;
      clearInterval(this.timer);
      this.socket.destroy();
      begin();
    };
    this.socket.setNoDelay(true).on('error', end).once('end', end).once('close', end);
    this.socket.once('connect', () => {
      this.start();
      if (!isReader) begin();
    });
  }

  private start(): void {
    const { first, drip, reads } = this.attack;
    if (first.length > 0) this.socket.write(first);
    if (drip !== undefined) {
      this.timer = setInterval(() => this.socket.write(drip.bytes), drip.everyMs);
    } else if (reads !== undefined && reads.bytes > 0) {
      this.timer = setInterval(() => {
        this.allowance = reads.bytes;
        this.socket.resume();
      }, reads.everyMs);
    }
  }

  /** From now on it reads what there is, which is how it learns what became of it. */
  look(): void {
    clearInterval(this.timer);
    this.allowance = Number.POSITIVE_INFINITY;
    this.socket.resume();
  }

  leave(): void {
    this.socket.resetAndDestroy();
  }

  get fate(): 'told' | 'cut' | 'served' | 'alive' {
    if (this.received > BIG) return 'served';
    if (this.endedMs === undefined) return 'alive';
    return this.head.startsWith('HTTP/1.1 408 ') ? 'told' : 'cut';
  }
}

let attackers: Attacker[] = [];

answerQuestions({
  /** Connects so many; resolves when all have begun. */
  async begin({ name, count, port }: { name: AttackName; count: number; port: number }): Promise<void> {
    attackers = [];
    const { reads }: Attack = ATTACKS[name];
    while (attackers.length < count) {
      const length = Math.min(reads ? READERS_AT_A_TIME : AT_A_TIME, count - attackers.length);
      const some = Array.from({ length }, () => new Attacker(port, ATTACKS[name]));
      attackers.push(...some);
      await Promise.all(some.map(({ begins }) => begins));
    }
  },

  /** Looks how they all ended; those that can't see it are made to read first. */
  async fates(withinMs: number): Promise<Fates> {
    for (const attacker of attackers) attacker.look();
    const all = (): boolean => attackers.every(({ fate }) => fate !== 'alive');
    await until('every attacker has ended', withinMs, all).catch(() => {});
    const fates: Fates = {
      told: 0,
      cut: 0,
      served: 0,
      alive: 0,
      firstMs: Number.POSITIVE_INFINITY,
      lastMs: 0,
    };
    for (const attacker of attackers) {
      fates[attacker.fate] += 1;
      fates.firstMs = Math.min(fates.firstMs, attacker.endedMs ?? Number.POSITIVE_INFINITY);
      fates.lastMs = Math.max(fates.lastMs, attacker.endedMs ?? 0);
      attacker.leave();
    }
    return fates;
  },
});
